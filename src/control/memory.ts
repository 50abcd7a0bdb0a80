import { FactQueue } from '../core/fact-queue.ts';
import type { Plan } from '../core/plan.ts';
import type { SharedRegions } from '../core/regions.ts';
import { addToWord, readWord } from '../core/shard-words.ts';
import type { UpstreamTable } from '../core/upstream-table.ts';
import { COUNTERS } from '../shard-counters.ts';
import { allocateRegions, countersOf, upstreamTableOf, wordsOf } from '../shared-memory/index.ts';

/** The shared memory of a service, with the views that control has of it. */
export class Memory {
  readonly regions: SharedRegions;
  readonly upstreams: UpstreamTable;
  /** The counters of every shard, and last those of the main thread. */
  readonly counters: readonly Float64Array[];
  readonly #words: readonly Int32Array[];
  readonly #shards: number;
  readonly #own: number;

  /** For the shards that a plan has threads for, and the main thread. */
  constructor(plan: Plan) {
    const { count } = plan.workers;
    this.#shards = Math.max(1, count);
    this.#own = count;
    this.regions = allocateRegions({
      shards: count + 1,
      connections: plan.limits.connections.value,
      countersLength: COUNTERS.length,
    });
    this.upstreams = upstreamTableOf(this.regions);
    this.counters = this.regions.counters.map((_, shard) => countersOf(this.regions, shard));
    this.#words = this.regions.words.map((_, shard) => wordsOf(this.regions, shard));
  }

  /** Live connections of all shards. */
  get connections(): number {
    let sum = 0;
    for (let shard = 0; shard < this.#shards; shard++)
      sum += readWord(this.#words[shard] as Int32Array, 'CONNECTIONS');
    return sum;
  }

  /** Facts that were dropped, by all. */
  get factsDropped(): number {
    return this.counters.reduce((sum, cells) => sum + (cells[COUNTERS.factsDropped()] ?? 0), 0);
  }

  /** A queue for the facts of the main thread; what it drops is counted with the others'. */
  createFactQueue(): FactQueue {
    const cells = this.counters[this.#own] as Float64Array;
    return new FactQueue(
      (run) => void setImmediate(run),
      () => {
        cells[COUNTERS.factsDropped()]! += 1;
      },
    );
  }

  /** A backend was ejected; `cause` is the position in FAILURE_KINDS. */
  countEjection(row: number, cause: number): void {
    (this.counters[this.#own] as Float64Array)[COUNTERS.ejections(row, cause)]! += 1;
  }

  /** The main thread's plane has opened or closed a descriptor. */
  countDescriptor(by: 1 | -1): void {
    addToWord(this.#words[this.#own] as Int32Array, 'DESCRIPTORS', by);
  }
}
