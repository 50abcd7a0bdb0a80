/** Who stands in a line, as far as it matters there. */
interface Standing {
  readonly clientHost: string;
}

/**
 * Those who wait for one listener, in the order in which they are to be tried. Where the limit of a client itself stands
 * in the way, all of that client are held: they are not tried, so that they cost those behind them nothing. Of each client
 * one at a time is tried again, the first of them, and before those who came after it.
 *
 * Every step but `releaseAll` takes the same time however long the line is.
 */
export class WaitingLine<T extends Standing> {
  readonly #all = new Set<T>();
  readonly #ready = new Set<T>();
  readonly #held = new Map<string, Set<T>>();
  /** The first of their client's held ones, to be tried again. */
  readonly #again = new Set<T>();

  /** How many wait, held or not. */
  get size(): number {
    return this.#all.size;
  }

  /** How many are to be tried. */
  get open(): number {
    return this.#ready.size + this.#again.size;
  }

  has(waiting: T): boolean {
    return this.#all.has(waiting);
  }

  /** At the end of the line; behind those of its client where they are held. */
  add(waiting: T): void {
    this.#all.add(waiting);
    (this.#held.get(waiting.clientHost) ?? this.#ready).add(waiting);
  }

  /** Those to be tried, first to last. Whom it names may be held or deleted meanwhile; add nobody. */
  *tries(): Iterable<T> {
    yield* this.#again;
    for (const waiting of this.#ready) {
      if (this.#held.has(waiting.clientHost)) this.hold(waiting);
      else yield waiting;
    }
  }

  /** Its client has no place left. */
  hold(waiting: T): void {
    if (this.#again.delete(waiting)) return;
    this.#ready.delete(waiting);
    const held = this.#held.get(waiting.clientHost);
    if (held === undefined) this.#held.set(waiting.clientHost, new Set([waiting]));
    else held.add(waiting);
  }

  /** Its client may have a place again: one of those held is to be tried. */
  release(clientHost: string): void {
    const [first] = this.#held.get(clientHost) ?? [];
    if (first !== undefined) this.#again.add(first);
  }

  /** Every client may have a place again. */
  releaseAll(): void {
    for (const clientHost of this.#held.keys()) this.release(clientHost);
  }

  /** It waits no longer. Where it was being tried again the next of its client takes its part. */
  delete(waiting: T): void {
    this.#all.delete(waiting);
    this.#ready.delete(waiting);
    const held = this.#held.get(waiting.clientHost);
    if (held === undefined) return;
    held.delete(waiting);
    if (held.size === 0) this.#held.delete(waiting.clientHost);
    if (this.#again.delete(waiting)) this.release(waiting.clientHost);
  }
}
