import type { StateVisit } from '../core/facts.ts';
import { STATES, type StateName, stateIndex } from '../core/state.ts';

/**
 * The states a connection has been in, without a gap. As long as it lives they are numbers in one list, index and time of
 * entry by turns; objects are made of them when it is told.
 */
export class Visits {
  readonly #log: number[] = [];

  /** A state was entered at `at`, and the one before it left. */
  enter(state: StateName, at: number): void {
    this.#log.push(stateIndex(state), at);
  }

  /** Whether a state was entered. */
  get hasBegun(): boolean {
    return this.#log.length > 0;
  }

  /** When the present state was entered; 0 before the first. */
  get since(): number {
    return this.#log.at(-1) ?? 0;
  }

  /** The state before the present one; null in the first. */
  get previous(): StateName | null {
    const index = this.#log.at(-4);
    return index === undefined ? null : STATES[index]!;
  }

  /** All but the present one, in order. */
  get left(): StateVisit[] {
    const log = this.#log;
    return Array.from({ length: Math.max(0, log.length / 2 - 1) }, (_, visit) => ({
      state: STATES[log[2 * visit]!]!,
      from: log[2 * visit + 1]!,
      to: log[2 * visit + 3]!,
    }));
  }
}
