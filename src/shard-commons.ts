import {
  LimitReports,
  Mirrors,
  PoolQueues,
  Preconnects,
  type ShardCommons,
  TraceIds,
  WaitingRoom,
} from './connection/index.ts';
import type { Plan } from './core/plan.ts';
import { UNHEALTHY } from './core/upstream-table.ts';
import { ALL_FULL } from './core/upstreams.ts';
import type { ShardParts } from './shard.ts';
import { AffectedConnections, TimerScheduler } from './stream/index.ts';

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
      counters,
      emit,
      descriptors,
      isUsable: (row) => table.weight(row) > 0 && table.effectiveHealth(row) !== UNHEALTHY,
    }),
    limitReports: new LimitReports(emit, timers),
    mirrors: new Mirrors(counters, emptied),
    affected: new AffectedConnections(live),
    traceIds: new TraceIds(random),
    descriptors,
  };
}
