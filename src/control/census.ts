import type { ConnectionId } from '../core/connection-id.ts';
import type { Fact, OpenedFact } from '../core/facts.ts';

/** Live connections of a shard that control knows of. One more is not reported singly if its shard dies. */
export const KNOWN_MAX = 262_144;

/** Connections asked after at once: a shard looks for so many in well under a millisecond. */
export const ASKED_MAX = 2_048;

/** From one census of a shard to the next, however many facts it drops. */
export const REST_MS = 1_000;

/** Asks a shard which of these connections it has no more. Rejects where it dies before it answers. */
export type TakeCensus = (
  shard: number,
  connections: readonly ConnectionId[],
) => Promise<readonly ConnectionId[]>;

/**
 * Who lives on one shard, by the facts it tells. A fact of an end that was dropped would leave its connection known for
 * ever: where there is doubt the shard is asked, in portions, each answered before the next.
 */
export class Census {
  readonly #ask: (connections: readonly ConnectionId[]) => Promise<readonly ConnectionId[]>;
  #live = new Map<ConnectionId, OpenedFact>();
  #isDoubtful = false;
  #isAsking = false;

  constructor(ask: (connections: readonly ConnectionId[]) => Promise<readonly ConnectionId[]>) {
    this.#ask = ask;
  }

  get size(): number {
    return this.#live.size;
  }

  note(fact: Fact): void {
    if (fact.kind === 'opened' && this.#live.size < KNOWN_MAX) this.#live.set(fact.connection, fact);
    else if (fact.kind === 'closed') this.#live.delete(fact.connection);
  }

  /** Facts were dropped: of all that are known now the shard is asked whether they are gone. */
  doubt(): void {
    if (this.#live.size === 0) return;
    this.#isDoubtful = true;
    if (!this.#isAsking) void this.#verify();
  }

  /** The shard is dead: forgets all, and returns who lived. */
  end(): OpenedFact[] {
    const lost = [...this.#live.values()];
    // A census under way goes on with the map it began with, and so cannot disturb the next shard's.
    this.#live = new Map();
    this.#isDoubtful = false;
    return lost;
  }

  async #verify(): Promise<void> {
    this.#isAsking = true;
    while (this.#isDoubtful) {
      this.#isDoubtful = false;
      const live = this.#live;
      const known = [...live.keys()];
      for (let from = 0; from < known.length && live === this.#live; from += ASKED_MAX) {
        const asked = known.slice(from, from + ASKED_MAX).filter((id) => live.has(id));
        if (asked.length === 0) continue;
        // Where the shard dies its connections are lost, and `end` clears them.
        const gone = await this.#ask(asked).catch(() => []);
        for (const id of gone) live.delete(id);
      }
      await rest();
    }
    this.#isAsking = false;
  }
}

function rest(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, REST_MS).unref());
}
