import type { BackendChange } from '../../../../src/core/backend-override.ts';
import { change } from '../../api.ts';
import { count } from '../../format.ts';
import { confirmed } from '../../parts/dialog.tsx';
import { attempt } from '../../parts/notices.tsx';

/** Whose connections an act is about. */
export interface Of {
  readonly pool: string;
  readonly backend: string;
  /** Connections it has now. */
  readonly active: number;
}

/** Asks, then lets no new connections come to a backend. */
export function drain(of: Of): Promise<void> {
  return askAndApply(of, { admin: 'drain' }, 'drain', 'It gets no new connections.');
}

/** Asks, then takes a backend out for maintenance. */
export function maintain(of: Of): Promise<void> {
  const means = 'It gets no new connections, counts as down and is not probed.';
  return askAndApply(of, { admin: 'maintenance' }, 'put into maintenance', means);
}

/** Takes back what was said of its state at run time. */
export async function makeReady(of: Of): Promise<void> {
  await apply(of, { admin: 'ready' }, 'ready');
}

/** Gives it another weight, null being that of the configuration; asks where that is 0. */
export function weigh(of: Of, weight: number | null): Promise<void> {
  if (weight === 0) return askAndApply(of, { weight }, 'give weight 0', 'It gets no new connections.');
  return apply(of, { weight }, weight === null ? 'weight as configured' : `weight ${weight}`);
}

async function askAndApply(of: Of, wanted: BackendChange, act: string, means: string): Promise<void> {
  const isMeant = await confirmed({
    title: `${act[0]?.toUpperCase()}${act.slice(1)}: ${of.backend}?`,
    text: `${means} The ${count(of.active)} connections that it has live on. It holds over reloads, until somebody takes it back or the service restarts.`,
    yes: act,
  });
  if (isMeant) await apply(of, wanted, act);
}

async function apply({ pool, backend }: Of, wanted: BackendChange, act: string): Promise<void> {
  const path = `/v1/pools/${encodeURIComponent(pool)}/backends/${encodeURIComponent(backend)}`;
  await attempt(`${backend} of ${pool}: ${act}`, () => change('PATCH', path, wanted));
}
