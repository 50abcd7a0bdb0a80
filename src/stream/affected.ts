/** One connection's part in the count of those that faults are made in. */
export interface Affected {
  /**
   * Counts this connection, unless more than `share` of the live ones would be counted then; one that is counted already
   * may always. False where it may not. For each true there is one `leave`.
   */
  enter(share: number): boolean;
  leave(): void;
}

/** How many of the live connections are affected. One for all connections that a cap counts together. */
export class AffectedConnections {
  readonly #live: () => number;
  #affected = 0;

  /** `live` tells how many connections there are now, those that are affected included. */
  constructor(live: () => number) {
    this.#live = live;
  }

  /** Connections that are affected now. */
  get affected(): number {
    return this.#affected;
  }

  forConnection(): Affected {
    let entered = 0;
    return {
      enter: (share) => {
        if (entered === 0 && share < 1 && this.#affected + 1 > share * this.#live()) return false;
        if (entered++ === 0) this.#affected++;
        return true;
      },
      leave: () => {
        if (--entered === 0) this.#affected--;
      },
    };
  }
}
