import type { FactQueue } from '../core/fact-queue.ts';
import type { OpenedFact } from '../core/facts.ts';
import { FACTS_RING_BYTES, RECORD_HEADER_BYTES } from '../core/facts-ring.ts';
import type { SharedRegions } from '../core/regions.ts';
import { COUNTERS } from '../shard-counters.ts';
import { countersOf, FactsReader } from '../shared-memory/index.ts';
import { Census, type TakeCensus } from './census.ts';

/** From a shard's word that there are facts to the reading of them: more come in the meantime and are read at once. */
const BATCH_MS = 5;

/** Facts read of one shard before the others, and the rest of this thread, have their turn. */
const FACTS_PER_TURN = 1_000;

/** Turns in which a ring is read to its end, whatever its facts are. Shards that go on writing get no more than these. */
const TURNS_TO_END = Math.ceil(FACTS_RING_BYTES / RECORD_HEADER_BYTES / FACTS_PER_TURN);

/** Reads what shards on threads tell, and keeps who lives, so that the ends of a dead shard's connections can be told. */
export class Intake {
  readonly #facts: FactQueue;
  readonly #shards: readonly Told[];
  #timer: NodeJS.Timeout | null = null;

  /** Of the shards 0 to `count - 1`. What they tell goes to the readers of `facts`. */
  constructor(regions: SharedRegions, count: number, facts: FactQueue, take: TakeCensus) {
    this.#facts = facts;
    this.#shards = Array.from({ length: count }, (_, shard) => ({
      reader: new FactsReader(regions.rings[shard] as SharedArrayBuffer),
      cells: countersOf(regions, shard),
      census: new Census((connections) => take(shard, connections)),
      dropped: 0,
    }));
  }

  /** A shard has facts; they are read soon. */
  told(): void {
    this.#timer ??= setTimeout(() => this.#turn(), BATCH_MS);
  }

  /** Reads all there is, now. What shards write meanwhile is read in part, so that none of them can keep this thread busy. */
  drain(): void {
    for (let turn = 0; turn < TURNS_TO_END && this.#read(); turn++);
  }

  /** Forgets, and returns, the live connections of a dead shard. Its facts are read first; a new writer may begin then. */
  lost(shard: number): OpenedFact[] {
    const told = this.#shards[shard] as Told;
    while (this.#readShard(told));
    told.reader.reset();
    return told.census.end();
  }

  /** Live connections of a shard that are known. */
  known(shard: number): number {
    return (this.#shards[shard] as Told).census.size;
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
    for (const fact of facts) told.census.note(fact);
    this.#facts.deliver(facts);
    const dropped = told.cells[COUNTERS.factsDropped()] ?? 0;
    if (dropped !== told.dropped) {
      told.dropped = dropped;
      told.census.doubt();
    }
    return facts.length === FACTS_PER_TURN;
  }
}

interface Told {
  readonly reader: FactsReader;
  readonly cells: Float64Array;
  readonly census: Census;
  /** Facts that it had dropped when it was last looked at. */
  dropped: number;
}
