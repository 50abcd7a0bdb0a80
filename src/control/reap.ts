import { CLOSE_REASON_NAMES, closeReasonIndex } from '../core/close-reason.ts';
import type { ClosedFact, OpenedFact } from '../core/facts.ts';
import { LISTENERS_MAX } from '../core/plan.ts';
import type { SharedRegions } from '../core/regions.ts';
import { clearShardWords, writeWord } from '../core/shard-words.ts';
import { STATES, stateIndex } from '../core/state.ts';
import { UNTOLD_END } from '../core/untold-end.ts';
import { COUNTERS } from '../shard-counters.ts';
import {
  countersOf,
  reapPlaces,
  reapPoolPlaces,
  reapSticky,
  reapTurns,
  repairPlaces,
  repairPoolPlaces,
  upstreamTableOf,
  wordsOf,
} from '../shared-memory/index.ts';

/**
 * Gives back all that a dead shard held: places under limits, its share of the backends' load, its gauges. Totals stay, so
 * that no counter goes backwards; its live connections are counted as closed for `shard-failed`. Returns how many there
 * were. Listeners of every plan are cleared, those of one that is just being prepared or was refused as well. Call when the
 * thread is gone and before another starts in its place.
 */
export function reapShard(regions: SharedRegions, shard: number): number {
  const cells = countersOf(regions, shard);
  let connections = 0;
  for (let listener = 0; listener < LISTENERS_MAX; listener++) connections += closeAll(cells, listener);
  for (let pool = 0; pool < COUNTERS.shape.backends; pool++) {
    const waiting = COUNTERS.pools(pool, 'waiting');
    if (cells[waiting] !== 0) cells[waiting] = 0;
  }
  for (let backend = 0; backend < COUNTERS.shape.backends; backend++) {
    const idle = COUNTERS.preconnect(backend, 'idle');
    if (cells[idle] !== 0) cells[idle] = 0;
  }
  const words = wordsOf(regions, shard);
  clearShardWords(words);
  writeWord(words, 'GONE', 1);
  reapPlaces(regions, shard);
  reapTurns(regions, shard);
  reapPoolPlaces(regions, shard);
  reapSticky(regions, shard);
  upstreamTableOf(regions).reap(shard);
  return connections;
}

/** Puts totals right that a shard left wrong by dying inside of a step. False: others were too busy, try again. */
export function repairTotals(regions: SharedRegions): boolean {
  const places = repairPlaces(regions);
  const pools = repairPoolPlaces(regions);
  return upstreamTableOf(regions).repair() && places && pools;
}

function closeAll(cells: Float64Array, listener: number): number {
  const accepted = cells[COUNTERS.accepted(listener)] ?? 0;
  // Most slots were never used, and memory that nobody touches costs nothing.
  if (accepted === 0) return 0;
  let closed = 0;
  for (let reason = 0; reason < CLOSE_REASON_NAMES.length; reason++)
    closed += cells[COUNTERS.closed(listener, reason)] ?? 0;
  const live = Math.max(0, accepted - closed);
  for (let state = 0; state < STATES.length; state++) cells[COUNTERS.state(listener, state)] = 0;
  cells[COUNTERS.waiting(listener)] = 0;
  for (const gauge of ['open', 'waiting'] as const) cells[COUNTERS.mirrors(listener, gauge)] = 0;
  cells[COUNTERS.closed(listener, closeReasonIndex('shard-failed'))]! += live;
  cells[COUNTERS.transition(listener, stateIndex('closed'))]! += live;
  return live;
}

/** The end of a connection that died with its shard, of which no more is known than its beginning. */
export function lostConnection(opened: OpenedFact, at: number): ClosedFact {
  const { connection, listener, client, local, traceId, spanId, parentSpanId, sampled } = opened;
  return {
    ...UNTOLD_END,
    ...{ at, connection, listener, client, local, opened: opened.at, reason: 'shard-failed' },
    ...{ traceId, spanId, parentSpanId, sampled },
  };
}
