import type { ConnectionId } from '../core/connection-id.ts';
import type { FactQueue } from '../core/fact-queue.ts';
import type { Fact, OpenedFact } from '../core/facts.ts';
import type { SharedRegions } from '../core/regions.ts';
import { readWord } from '../core/shard-words.ts';
import { FactsReader, wordsOf } from '../shared-memory/index.ts';

/** From a shard's word that there are facts to the reading of them: more come in the meantime and are read at once. */
const BATCH_MS = 5;

/** Facts read of one shard before the others, and the rest of this thread, have their turn. */
const FACTS_PER_TURN = 1_000;

/** Live connections of a shard that control knows of. One more is not reported singly if its shard dies. */
const KNOWN_MAX = 262_144;

/** Reads what shards on threads tell, and keeps who lives, so that the ends of a dead shard's connections can be told. */
export class Intake {
  readonly #facts: FactQueue;
  readonly #shards: readonly Told[];
  #timer: NodeJS.Timeout | null = null;

  /** Of the shards 0 to `count - 1`. What they tell goes to the readers of `facts`. */
  constructor(regions: SharedRegions, count: number, facts: FactQueue) {
    this.#facts = facts;
    this.#shards = Array.from({ length: count }, (_, shard) => ({
      reader: new FactsReader(regions.rings[shard] as SharedArrayBuffer),
      words: wordsOf(regions, shard),
      live: new Map(),
    }));
  }

  /** A shard has facts; they are read soon. */
  told(): void {
    this.#timer ??= setTimeout(() => this.#turn(), BATCH_MS);
  }

  /** Reads all there is, now. */
  drain(): void {
    while (this.#read());
  }

  /** Forgets, and returns, the live connections of a dead shard. Its facts are read first; a new writer may begin then. */
  lost(shard: number): OpenedFact[] {
    const told = this.#shards[shard] as Told;
    while (this.#readShard(told));
    const lost = [...told.live.values()];
    told.live.clear();
    told.reader.reset();
    return lost;
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.drain();
  }

  #turn(): void {
    this.#timer = null;
    if (this.#read()) this.#timer = setTimeout(() => this.#turn(), 0);
  }

  /** One portion of each shard; whether there may be more. */
  #read(): boolean {
    let more = false;
    for (const told of this.#shards) if (this.#readShard(told)) more = true;
    return more;
  }

  #readShard(told: Told): boolean {
    const facts = told.reader.read(FACTS_PER_TURN);
    for (const fact of facts) note(told.live, fact);
    this.#facts.deliver(facts);
    if (facts.length === FACTS_PER_TURN) return true;
    // A dropped `closed` would leave its connection known for ever.
    if (told.live.size > 0 && facts.length === 0 && readWord(told.words, 'CONNECTIONS') === 0)
      told.live.clear();
    return false;
  }
}

interface Told {
  readonly reader: FactsReader;
  readonly words: Int32Array;
  readonly live: Map<ConnectionId, OpenedFact>;
}

function note(live: Map<ConnectionId, OpenedFact>, fact: Fact): void {
  if (fact.kind === 'opened' && live.size < KNOWN_MAX) live.set(fact.connection, fact);
  else if (fact.kind === 'closed') live.delete(fact.connection);
}
