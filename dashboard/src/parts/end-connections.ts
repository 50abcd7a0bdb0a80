import type { ConnectionRow } from '../../../src/core/connection-query.ts';
import { change } from '../api.ts';
import { count } from '../format.ts';
import { confirmed } from './dialog.tsx';
import { attempt, notify } from './notices.tsx';

/** Requests that are under way at once: the service takes no more than eight writes. */
const ENDING_MAX = 4;

const MEANS = 'What was read is delivered, then both sides get a RST; the reason in the log is “killed”.';

/** Asks, then ends one connection; true where it was meant, whatever came of it. */
export async function endOne({ connection, client, state }: ConnectionRow): Promise<boolean> {
  const isMeant = await confirmed({
    title: `End connection ${connection}?`,
    text: `It is one of ${client}, ${state}. ${MEANS}`,
    yes: 'end it',
  });
  if (isMeant) await attempt(`ending ${connection}`, () => change('DELETE', `/v1/connections/${connection}`));
  return isMeant;
}

/** Asks, then ends these one by one; true where it was meant. */
export async function endMarked(connections: readonly string[]): Promise<boolean> {
  const what = connections.length === 1 ? 'connection' : `${count(connections.length)} connections`;
  const isMeant = await confirmed({ title: `End the marked ${what}?`, text: MEANS, yes: 'end them' });
  if (isMeant) await attempt(`ending the marked ${what}`, () => endAll(connections));
  return isMeant;
}

async function endAll(connections: readonly string[]): Promise<void> {
  const left = [...connections];
  let failed = 0;
  const endNext = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop())
      await change('DELETE', `/v1/connections/${next}`).catch(() => failed++);
  };
  await Promise.all(Array.from({ length: ENDING_MAX }, endNext));
  if (failed > 0) throw new Error(`${count(failed)} had ended already, or the service refused`);
}

/** A filter of connections, as the body of `:kill` has it. */
export type KillFilter = Readonly<Record<string, string | number>>;

/** Asks, then ends those that a filter means, the oldest first, at most `max`; true where it was meant. */
export async function endMatched(filter: KillFilter, max: number): Promise<boolean> {
  const words = Object.entries(filter).map(([field, value]) => `${field} ${value}`);
  const isMeant = await confirmed({
    title: `End the oldest ${count(max)} of these connections?`,
    text: `Of all of which this holds: ${words.join(', ')}. ${MEANS}`,
    yes: 'end them',
  });
  if (!isMeant) return false;
  try {
    const { killed, matched } = await change<{ killed: number; matched: number }>(
      'POST',
      '/v1/connections:kill',
      { ...filter, max },
    );
    notify(`ending ${count(killed)} of ${count(matched)} connections`);
  } catch (error) {
    notify(`ending connections: ${error instanceof Error ? error.message : error}`, true);
  }
  return true;
}
