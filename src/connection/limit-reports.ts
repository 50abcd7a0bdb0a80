import { type FactSink, LIMIT_KINDS, type LimitKind } from '../core/facts.ts';
import type { Timers } from '../core/ports.ts';

/** One fact per listener and limit in this time, however many were turned away. */
const REPORT_EVERY_MS = 1000;

/** Tells of limits that were hit: the first at once, the rest as a count once a second, so that no flood is logged. */
export class LimitReports {
  readonly #emit: FactSink;
  readonly #timers: Timers;
  readonly #waiting = new Map<number, number>();

  constructor(emit: FactSink, timers: Timers) {
    this.#emit = emit;
    this.#timers = timers;
  }

  hit(listener: number, limit: LimitKind): void {
    const key = listener * LIMIT_KINDS.length + LIMIT_KINDS.indexOf(limit);
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) {
      this.#waiting.set(key, waiting + 1);
      return;
    }
    this.#tell(listener, limit, 1);
    this.#pause(key, listener, limit);
  }

  /** Tells what was counted and not told yet. */
  flush(): void {
    for (const [key, count] of this.#waiting) {
      const limit = LIMIT_KINDS[key % LIMIT_KINDS.length] as LimitKind;
      if (count > 0) this.#tell(Math.floor(key / LIMIT_KINDS.length), limit, count);
      this.#waiting.set(key, 0);
    }
  }

  #pause(key: number, listener: number, limit: LimitKind): void {
    this.#waiting.set(key, 0);
    this.#timers.after(REPORT_EVERY_MS, () => {
      const count = this.#waiting.get(key) ?? 0;
      this.#waiting.delete(key);
      if (count === 0) return;
      this.#tell(listener, limit, count);
      this.#pause(key, listener, limit);
    });
  }

  #tell(listener: number, limit: LimitKind, count: number): void {
    this.#emit({ kind: 'limit', at: this.#timers.epoch + this.#timers.now(), listener, limit, count });
  }
}
