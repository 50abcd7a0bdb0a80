/** How often control looks for signs of life. */
export const HEARTBEAT_CHECK_MS = 100;

/** A look that comes so many times later than it should says that control itself was held up, not the shards. */
const LATE_FACTOR = 4;

/** A shard that is watched. */
export interface Watchee {
  /** Whether it is due to give signs of life. */
  readonly isRunning: boolean;
  /** Grows as long as it lives. */
  beat(): number;
  /** It has been silent for so long; called once for each silence. */
  silent(ms: number): void;
}

/**
 * Finds shards that hang. Only time in which control itself was awake counts, so that a machine that slept, or a process that
 * was stopped, costs no shard. Pure but for the clock it is given: `now` in milliseconds.
 */
export class Heartbeat {
  readonly #watched: readonly Watchee[];
  readonly #now: () => number;
  readonly #seen: { beat: number; at: number }[];
  #last: number;

  constructor(watched: readonly Watchee[], now: () => number) {
    this.#watched = watched;
    this.#now = now;
    this.#last = now();
    this.#seen = watched.map(() => ({ beat: -1, at: this.#last }));
  }

  /** One look; `hangMs` 0 = nobody hangs. */
  check(hangMs: number): void {
    const now = this.#now();
    const wasHeldUp = now - this.#last > HEARTBEAT_CHECK_MS * LATE_FACTOR;
    this.#last = now;
    for (const [index, watchee] of this.#watched.entries()) {
      const seen = this.#seen[index] as { beat: number; at: number };
      const beat = watchee.beat();
      if (!watchee.isRunning || wasHeldUp || beat !== seen.beat) {
        seen.beat = beat;
        seen.at = now;
      } else if (hangMs > 0 && now - seen.at > hangMs) {
        watchee.silent(now - seen.at);
        seen.at = now;
      }
    }
  }
}
