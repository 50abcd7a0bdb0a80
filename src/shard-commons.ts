import {
  type FillRandom,
  LimitReports,
  LiveStages,
  Mirrors,
  PoolQueues,
  Preconnects,
  type ShardCommons,
  TraceIds,
  WaitingRoom,
} from './connection/index.ts';
import type { Admission, Turns } from './core/admission.ts';
import type { Buckets } from './core/bucket.ts';
import type { Counters } from './core/counters.ts';
import type { FactSink } from './core/facts.ts';
import type { Plan } from './core/plan.ts';
import type { Plane } from './core/ports.ts';
import type { TlsSessions } from './core/tls.ts';
import { UNHEALTHY, type UpstreamTable } from './core/upstream-table.ts';
import { ALL_FULL, type Upstreams } from './core/upstreams.ts';
import { AddressBook } from './names/index.ts';
import { AffectedConnections, TimerScheduler } from './stream/index.ts';
import type { PoolsShared } from './upstream/index.ts';

/** What a shard is made of. It owns none of it. */
export interface ShardParts {
  /** Position among the shards, 0 to 255. */
  readonly number: number;
  /** How often it was started before, 0 to 255; part of its connections' ids. */
  readonly generation: number;
  readonly plane: Plane;
  readonly tls: TlsSessions;
  /** Backends of every plan, over all shards. */
  readonly table: UpstreamTable;
  readonly admission: Admission;
  readonly turns: Turns;
  /** Of pools and backends, over all shards. */
  readonly pools: Omit<PoolsShared, 'evicted' | 'freed'>;
  /** Rate limits that connections share, over all shards. */
  readonly buckets: Buckets;
  /** Laid out for every listener and backend that a plan will name. */
  readonly counters: Counters;
  readonly emit: FactSink;
  readonly random: FillRandom;
  /** This shard's words, see `SHARD_WORDS`. */
  readonly words: Int32Array;
  /** Descriptors in use for endpoints and dials by all shards; absent = `plane.open`, for a shard that is alone. */
  readonly descriptors?: () => number;
  /** Makes the choice of backends for a plan; absent = `createPicker` over the table. */
  readonly createUpstreams?: (plan: Plan) => Upstreams;
}

/** What the commons ask of the shard, and tell it. */
interface ShardAsked {
  readonly current: () => Plan | null;
  /** How many connections there are. */
  readonly live: () => number;
  /** No mirror is left. */
  readonly emptied: () => void;
}

/** What all connections of a shard share, made of its parts. */
export function commonsOf(parts: ShardParts, { current, live, emptied }: ShardAsked): ShardCommons {
  const { plane, tls, emit, admission, turns, pools, buckets, counters, words, random, table } = parts;
  const { timers } = plane;
  const descriptors = parts.descriptors ?? (() => plane.open);
  const names = new AddressBook();
  return {
    plane,
    tls,
    emit,
    admission,
    turns,
    buckets,
    counters,
    words,
    current,
    scheduler: new TimerScheduler(timers),
    waitingRoom: new WaitingRoom({
      admission,
      turns,
      timers,
      changed: (listener, by) => {
        counters.cells[counters.layout.waiting(listener)]! += by;
      },
    }),
    names,
    poolPlaces: pools.places,
    poolQueues: new PoolQueues({
      places: pools.places,
      timers,
      changed: (pool, by) => {
        counters.cells[counters.layout.pools(pool, 'waiting')]! += by;
      },
      isFull: (picked) => picked === ALL_FULL,
    }),
    preconnects: new Preconnects({
      plane,
      names,
      counters,
      emit,
      descriptors,
      isUsable: (row) => table.weight(row) > 0 && table.effectiveHealth(row) !== UNHEALTHY,
    }),
    limitReports: new LimitReports(emit, timers),
    mirrors: new Mirrors(counters, emptied),
    liveStages: new LiveStages(),
    affected: new AffectedConnections(live),
    traceIds: new TraceIds(random),
    descriptors,
  };
}
