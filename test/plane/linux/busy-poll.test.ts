import { describe, expect, test } from 'vitest';
import { BusyPoll, POLL_MS_MAX } from '../../../src/plane/linux/busy-poll.ts';

const LOOK_MS = 0.001;

/** A thread that polls, in time of the test's own. */
class Thread {
  readonly #poll = new BusyPoll();
  #now = 1;
  #eventAt = 1;

  /** Lets the next event come after so long; tells for how long it was looked for, and whether it was waited for then. */
  eventAfter(gapMs: number): { lookedMs: number; waited: boolean } {
    const at = this.#eventAt + gapMs;
    const began = this.#now;
    while (this.#poll.looksAgain(this.#turned) && this.#now + LOOK_MS < at) {
      this.#now += LOOK_MS;
    }
    const lookedMs = this.#now - began;
    const waited = !this.#poll.looksAgain(this.#turned);
    const before = this.#eventAt;
    this.#now = at;
    this.#eventAt = at;
    if (waited) this.#poll.waited(this.#turned, before);
    return { lookedMs, waited };
  }

  /** A turn that may wait ends without an event. */
  nothing(ms: number): void {
    this.#now += ms;
    this.#poll.waited(this.#turned, this.#eventAt);
  }

  get #turned(): { turnedAt: number; eventAt: number } {
    return { turnedAt: this.#now, eventAt: this.#eventAt };
  }
}

describe('a thread that polls', () => {
  test('waits for the first events, and no more once it has found that they come soon', () => {
    const thread = new Thread();
    const waits = Array.from({ length: 20 }, () => thread.eventAfter(0.1).waited);
    expect(waits.lastIndexOf(true)).toBeLessThan(8);
    expect(waits[0]).toBe(true);
  });

  test('looks in vain once, and for POLL_MS_MAX at most, when events stop coming soon', () => {
    const thread = new Thread();
    for (let event = 0; event < 20; event++) thread.eventAfter(0.1);
    const first = thread.eventAfter(10);
    expect(first.waited).toBe(true);
    expect(first.lookedMs).toBeGreaterThan(0.1);
    expect(first.lookedMs).toBeLessThanOrEqual(POLL_MS_MAX + LOOK_MS);
    for (let event = 0; event < 20; event++)
      expect(thread.eventAfter(10)).toEqual({ lookedMs: 0, waited: true });
  });

  test('does not look after a wait in which nothing has come', () => {
    const thread = new Thread();
    for (let event = 0; event < 20; event++) thread.eventAfter(0.1);
    thread.nothing(POLL_MS_MAX / 2);
    expect(thread.eventAfter(0.15)).toMatchObject({ lookedMs: 0 });
  });

  test('never looks where events come just too late for it', () => {
    const thread = new Thread();
    const looked = Array.from({ length: 50 }, () => thread.eventAfter(POLL_MS_MAX * 1.05).lookedMs);
    expect(Math.max(...looked)).toBe(0);
  });
});
