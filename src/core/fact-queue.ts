import type { Fact, FactSink } from './facts.ts';

/** Facts that may wait for control. */
export const FACTS_WAITING_MAX = 65_536;

/** Part of the room that only `closed` facts may use, so that an end is the last thing to be lost. */
const ROOM_FOR_CLOSED = FACTS_WAITING_MAX / 4;

/**
 * Carries facts from a shard on the main thread to their readers: emitting only appends, readers get batches in a turn
 * of their own, so that telemetry is never on the path of a byte. When full, facts are dropped and counted.
 */
export class FactQueue {
  #waiting: Fact[] = [];
  #scheduled = false;
  #readers: readonly ((facts: readonly Fact[]) => void)[] = [];
  readonly #defer: (run: () => void) => void;
  readonly #dropped: () => void;

  /** `defer` runs a function in a later turn (setImmediate); `dropped` is called once for each lost fact. */
  constructor(defer: (run: () => void) => void, dropped: () => void) {
    this.#defer = defer;
    this.#dropped = dropped;
  }

  readonly emit: FactSink = (fact) => {
    const room = fact.kind === 'closed' ? FACTS_WAITING_MAX : FACTS_WAITING_MAX - ROOM_FOR_CLOSED;
    if (this.#waiting.length >= room) {
      this.#dropped();
      return;
    }
    this.#waiting.push(fact);
    if (!this.#scheduled) {
      this.#scheduled = true;
      this.#defer(() => this.flush());
    }
  };

  /** A reader gets every fact emitted from now on, until the function that is returned is called. It must not throw. */
  subscribe(reader: (facts: readonly Fact[]) => void): () => void {
    this.#readers = [...this.#readers, reader];
    return () => {
      this.#readers = this.#readers.filter((other) => other !== reader);
    };
  }

  /** Hands over facts that came another way (a shard's ring), behind what waits. */
  deliver(facts: readonly Fact[]): void {
    this.flush();
    if (facts.length > 0) for (const reader of this.#readers) reader(facts);
  }

  /** Hands over what waits, now. */
  flush(): void {
    this.#scheduled = false;
    const facts = this.#waiting;
    if (facts.length === 0) return;
    this.#waiting = [];
    for (const reader of this.#readers) reader(facts);
  }
}
