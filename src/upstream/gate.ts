/** Something that waits to be let in, and is told when it is. */
export interface Guest {
  begin(): void;
}

/**
 * Lets a bounded number in at once; the others wait in the order in which they came. Each guest that enters owes one
 * `leave`, also when it gives up waiting.
 */
export class Gate {
  readonly #insideMax: number;
  readonly #inside = new Set<Guest>();
  readonly #waiting = new Set<Guest>();
  #letting = false;

  constructor(insideMax: number) {
    this.#insideMax = insideMax;
  }

  /** Calls `begin` now where there is a place, else once there is. A guest that is in or waits stays as it is. */
  enter(guest: Guest): void {
    if (this.#inside.has(guest)) return;
    this.#waiting.add(guest);
    this.#letIn();
  }

  /** Gives the place back, or stops waiting. Does nothing for a guest that does neither. */
  leave(guest: Guest): void {
    this.#waiting.delete(guest);
    if (this.#inside.delete(guest)) this.#letIn();
  }

  /** A guest may leave within its `begin`: a loop, so that a thousand that do so do not nest. */
  #letIn(): void {
    if (this.#letting) return;
    this.#letting = true;
    try {
      for (const guest of this.#waiting) {
        if (this.#inside.size >= this.#insideMax) break;
        this.#waiting.delete(guest);
        this.#inside.add(guest);
        guest.begin();
      }
    } finally {
      this.#letting = false;
    }
  }
}
