import { Tail } from './tail.ts';

/** Events that are kept, and as many again while the list is held. */
export const EVENTS_MAX = 5_000;

/** The last events, and what happened to the others. While it is held the list stays as it is, and what comes waits. */
export class EventLog<T> {
  readonly shown = new Tail<T>(EVENTS_MAX);
  readonly #waiting = new Tail<T>(EVENTS_MAX);
  #isHeld = false;
  #came = 0;
  #dropped = 0;
  #hasUnknown = false;
  #skipped = 0;

  /** All that came. */
  get came(): number {
    return this.#came;
  }

  /** Events that wait for the list to go on. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Those that came and are no longer kept. */
  get gone(): number {
    return this.shown.gone + this.#waiting.gone + this.#skipped;
  }

  /** Those that the service did not send: it was not read fast enough, or this page came back too late. */
  get dropped(): number {
    return this.#dropped;
  }

  /** There are more of those, and nobody knows how many. */
  get hasUnknown(): boolean {
    return this.#hasUnknown;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  take(event: T): void {
    this.#came++;
    (this.#isHeld ? this.#waiting : this.shown).push(event);
  }

  /** null = nobody knows how many. */
  drop(count: number | null): void {
    if (count === null) this.#hasUnknown = true;
    else this.#dropped += count;
  }

  /** Holds the list, or lets it go on with what waited. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (isHeld) return;
    this.#skipped += this.#waiting.gone;
    for (let index = this.#waiting.length - 1; index >= 0; index--) {
      const event = this.#waiting.at(index);
      if (event !== null) this.shown.push(event);
    }
    this.#waiting.clear();
  }

  clear(): void {
    this.shown.clear();
    this.#waiting.clear();
    this.#came = 0;
    this.#dropped = 0;
    this.#hasUnknown = false;
    this.#skipped = 0;
  }
}
