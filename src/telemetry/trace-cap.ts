/** Traces that may be added in a second: a bucket that holds one second's worth and is full at first. */
export class TraceCap {
  #left = Number.POSITIVE_INFINITY;
  #at = 0;

  /** Whether one more may be added now, at most `perSecond` of them; `now` in milliseconds, of any clock that does not jump. */
  take(perSecond: number, now: number): boolean {
    const earned = (Math.max(0, now - this.#at) / 1000) * perSecond;
    this.#left = Math.min(perSecond, this.#left + earned);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
