/** Longest time, in milliseconds, for which events are looked for before they are waited for. */
export const POLL_MS_MAX = 0.2;

/** What a wait that was just too long to be spared begins with. */
const POLL_MS_MIN = 0.01;

/** What is asked of a reactor. */
interface Turned {
  readonly turnedAt: number;
  readonly eventAt: number;
}

/**
 * Decides whether a thread looks for events again and again or waits for them. Waiting costs the thread a wake-up for each
 * event, and its peer the call that wakes it (D-127). Looking costs the core. So the thread looks for as long as has paid
 * lately: twice as long after a wait that looking for POLL_MS_MAX would have spared, not at all after one that was longer, so
 * that an idle thread waits as ever. (The rule is that of KVM's halt polling.)
 */
export class BusyPoll {
  #pollMs = 0;

  /** Whether to look again at once, after a turn that has just ended. */
  looksAgain({ turnedAt, eventAt }: Turned): boolean {
    return turnedAt - eventAt < this.#pollMs;
  }

  /** A turn has ended that was allowed to wait. `eventBefore`: the `eventAt` from before it. */
  waited({ turnedAt, eventAt }: Turned, eventBefore: number): void {
    const hasCome = eventAt === turnedAt;
    if (turnedAt - eventBefore > POLL_MS_MAX || !hasCome) this.#pollMs = 0;
    else this.#pollMs = Math.min(POLL_MS_MAX, Math.max(POLL_MS_MIN, this.#pollMs * 2));
  }
}
