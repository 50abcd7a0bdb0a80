import type { StateVisit } from '../core/facts.ts';
import { STATES, type StateName } from '../core/state.ts';

/**
 * The states a connection has been in, without a gap. As long as it lives they are numbers in one list, index and time of
 * entry by turns; objects are made of them when it is told.
 */
export class Visits {
  readonly #log: number[] = [];

  /** The state of an index was entered at `at`, and the one before it left. */
  enter(index: number, at: number): void {
    this.#log.push(index, at);
  }

  /** The index of the present state; -1 before the first. */
  get present(): number {
    return this.#log.at(-2) ?? -1;
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
    const visits: StateVisit[] = [];
    for (let at = 0; at + 3 < log.length; at += 2)
      visits.push({ state: STATES[log[at]!]!, from: log[at + 1]!, to: log[at + 3]! });
    return visits;
  }
}
