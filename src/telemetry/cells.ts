import { FAILURE_KINDS } from '../core/circuits.ts';
import { CLOSE_REASON_NAMES } from '../core/close-reason.ts';
import type { CountersLayout } from '../core/counters.ts';
import { DIRECTIONS } from '../core/direction.ts';
import { LIMIT_KINDS } from '../core/facts.ts';
import { STAGE_KINDS } from '../core/plan.ts';
import { DISCARD_CAUSES } from '../core/preconnect.ts';
import { STATES } from '../core/state.ts';
import { labelled } from './labels.ts';
import { type LabelName, METRICS, type MetricMeta } from './names.ts';
import type { Occupant, Shown } from './occupants.ts';
import type { Point, Reading } from './reading.ts';

/** Nothing is in `closed` now: a connection that is closed is gone. */
const OPEN_STATES = STATES.slice(0, -1);

/** A metric that is read from the counters region: for each of `per`, a cell for each of `values`. */
interface CellMetric {
  readonly metric: MetricMeta;
  readonly per: keyof Shown;
  /** null: one cell for each of `per`. */
  readonly label: LabelName | null;
  readonly values: readonly string[];
  readonly cell: (layout: CountersLayout, slot: number, value: number) => number;
  /** Series that are 0 are shown too: the set is small, and a rate needs the point before the first event. */
  readonly showsZero: boolean;
}

const CELL_METRICS: readonly CellMetric[] = [
  by('listeners', METRICS.connections, 'state', OPEN_STATES, (l, slot, state) => l.state(slot, state)),
  by('listeners', METRICS.transitions, 'state', STATES, (l, slot, state) => l.transition(slot, state)),
  one('listeners', METRICS.accepted, (l, slot) => l.accepted(slot)),
  one('listeners', METRICS.gone, (l, slot) => l.gone(slot)),
  {
    ...by('listeners', METRICS.closed, 'reason', CLOSE_REASON_NAMES, (l, slot, n) => l.closed(slot, n)),
    showsZero: false,
  },
  by('listeners', METRICS.bytes, 'direction', DIRECTIONS, (l, slot, way) => l.bytes(slot, way)),
  by('listeners', METRICS.undelivered, 'direction', DIRECTIONS, (l, slot, way) => l.undelivered(slot, way)),
  by('listeners', METRICS.limitRejections, 'limit', LIMIT_KINDS, (l, slot, kind) => l.limit(slot, kind)),
  one('listeners', METRICS.queueLength, (l, slot) => l.waiting(slot)),
  by('listeners', METRICS.stageFailures, 'stage', STAGE_KINDS, (l, slot, kind) =>
    l.stageFailures(slot, kind),
  ),
  one('listeners', METRICS.mirrorConnections, (l, slot) => l.mirrors(slot, 'open')),
  one('listeners', METRICS.mirrorBytes, (l, slot) => l.mirrors(slot, 'bytes')),
  one('listeners', METRICS.mirrorDropped, (l, slot) => l.mirrors(slot, 'dropped')),
  one('listeners', METRICS.mirrorWaiting, (l, slot) => l.mirrors(slot, 'waiting')),
  one('listeners', METRICS.mirrorDifferences, (l, slot) => l.mirrors(slot, 'differences')),
  one('backends', METRICS.dialAttempts, (l, slot) => l.dials(slot)),
  one('backends', METRICS.dialFailures, (l, slot) => l.dialFailures(slot)),
  by('backends', METRICS.backendBytes, 'direction', DIRECTIONS, (l, slot, way) => l.backendBytes(slot, way)),
  one('pools', METRICS.poolQueueLength, (l, slot) => l.pools(slot, 'waiting')),
  one('pools', METRICS.poolQueueFull, (l, slot) => l.pools(slot, 'queue-full')),
  one('pools', METRICS.stickyEvictions, (l, slot) => l.pools(slot, 'evicted')),
  {
    ...by('backends', METRICS.backendEjections, 'cause', FAILURE_KINDS, (l, slot, n) => l.ejections(slot, n)),
    showsZero: false,
  },
  one('backends', METRICS.preconnectIdle, (l, slot) => l.preconnect(slot, 'idle')),
  one('backends', METRICS.preconnectHits, (l, slot) => l.preconnect(slot, 'hits')),
  one('backends', METRICS.preconnectMisses, (l, slot) => l.preconnect(slot, 'misses')),
  one('backends', METRICS.preconnectFailures, (l, slot) => l.preconnect(slot, 'failed')),
  one('backends', METRICS.preconnectSaved, (l, slot) => l.preconnect(slot, 'saved')),
  by('backends', METRICS.preconnectDiscarded, 'cause', DISCARD_CAUSES, (l, slot, n) =>
    l.preconnect(slot, DISCARD_CAUSES[n]!),
  ),
  one('service', METRICS.factsDropped, (l) => l.factsDropped()),
];

/** Reads from all shards' regions what is shown, and nothing else of them. */
export function readCells(
  layout: CountersLayout,
  regions: readonly Float64Array[],
  shown: Shown,
): readonly Reading[] {
  return CELL_METRICS.map((metric) => ({
    metric: metric.metric,
    points: shown[metric.per].flatMap((occupant) => pointsOf(metric, occupant, layout, regions)),
  }));
}

/** Connections that a listener has now, in all shards. */
export function connectionsOf(
  layout: CountersLayout,
  regions: readonly Float64Array[],
  listener: number,
): number {
  return OPEN_STATES.reduce((sum, _, state) => sum + total(regions, layout.state(listener, state)), 0);
}

function pointsOf(
  { label, values, cell, showsZero }: CellMetric,
  { slot, labels, since }: Occupant,
  layout: CountersLayout,
  regions: readonly Float64Array[],
): Point[] {
  const points: Point[] = [];
  for (const [position, name] of values.entries()) {
    const value = total(regions, cell(layout, slot, position));
    if (showsZero || value !== 0) points.push({ labels: labelled(labels, label, name), since, value });
  }
  return points;
}

function total(regions: readonly Float64Array[], cell: number): number {
  let sum = 0;
  for (const region of regions) sum += region[cell] ?? 0;
  return sum;
}

function by(
  per: keyof Shown,
  metric: MetricMeta,
  label: LabelName,
  values: readonly string[],
  cell: CellMetric['cell'],
): CellMetric {
  return { metric, per, label, values, cell, showsZero: true };
}

function one(per: keyof Shown, metric: MetricMeta, cell: CellMetric['cell']): CellMetric {
  return { metric, per, label: null, values: [''], cell, showsZero: true };
}
