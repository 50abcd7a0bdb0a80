/**
 * Rounds of giving places away. Whoever gets a place may end at once and give it back: a call from inside of a round only
 * asks for another one after it, so that a long queue does not become a deep stack.
 */
export class Rounds {
  readonly #round: () => void;
  #running = false;
  #again = false;

  constructor(round: () => void) {
    this.#round = round;
  }

  /** Runs a round where it `isWanted`; one that is under way is followed by another, or by none. */
  run(isWanted: boolean): void {
    this.#again = isWanted;
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#again) {
        this.#again = false;
        this.#round();
      }
    } finally {
      this.#running = false;
    }
  }

  /** Whether the round under way is to be followed by another; without effect where none is. */
  follow(isWanted: boolean): void {
    this.#again = isWanted;
  }
}
