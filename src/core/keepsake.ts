/** Of so many that are offered one is kept: what V8 knows of a kind changes while it is young. */
const OFFERS_FOR_ONE = 512;

/**
 * One object of a kind that is over, kept so that there is always one. Where there is none V8 forgets with its next full
 * collection how objects of the kind look, and throws away all code that was compiled for them: a shard without a client
 * would begin anew, at several times the cost of a connection (D-094). What it holds lives on with it: offer none that holds much.
 */
export class Keepsake<T extends object> {
  #kept: T | null = null;
  #offers = 0;

  get kept(): T | null {
    return this.#kept;
  }

  offer(thing: T): void {
    if (this.#offers++ % OFFERS_FOR_ONE === 0) this.#kept = thing;
  }
}
