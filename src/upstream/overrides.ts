import type { BackendChange, BackendOverride } from '../core/backend-override.ts';
import { UPSTREAM_ROWS_MAX } from '../core/upstream-table.ts';

/** Overrides that are remembered at once; as many as there can be backends. */
export const OVERRIDES_MAX = UPSTREAM_ROWS_MAX;

/**
 * What operators have said of backends at run time, by the names of pool and backend, so that a reload changes nothing of it;
 * also not where it takes the backend away and a later one brings it back.
 */
export class Overrides {
  readonly #known = new Map<string, BackendOverride>();

  get(pool: string, backend: string): BackendOverride | null {
    return this.#known.get(keyOf(pool, backend)) ?? null;
  }

  /** Says something else of a backend. False, and nothing is changed, where OVERRIDES_MAX others are remembered. */
  change(pool: string, backend: string, { weight, admin }: BackendChange, at: number, by: string): boolean {
    const key = keyOf(pool, backend);
    const before = this.#known.get(key);
    const next = {
      weight: weight === undefined ? (before?.weight ?? null) : weight,
      admin: admin ?? before?.admin ?? 'ready',
    };
    if (next.weight === null && next.admin === 'ready') {
      this.#known.delete(key);
      return true;
    }
    if (before === undefined && this.#known.size >= OVERRIDES_MAX) return false;
    this.#known.set(key, { ...next, at, by });
    return true;
  }
}

function keyOf(pool: string, backend: string): string {
  return JSON.stringify([pool, backend]);
}
