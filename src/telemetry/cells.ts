import { CLOSE_REASON_NAMES } from '../core/close-reason.ts';
import type { CountersLayout } from '../core/counters.ts';
import { DIRECTIONS } from '../core/direction.ts';
import { LIMIT_KINDS } from '../core/facts.ts';
import type { Plan } from '../core/plan.ts';
import { STAGE_KINDS } from '../core/plan.ts';
import { STATES } from '../core/state.ts';
import { backendLabels, type Labels } from './labels.ts';
import { METRICS, type MetricMeta } from './names.ts';

/** A series that is a cell of the counters region. */
export interface Cell {
  readonly index: number;
  readonly labels: Labels;
}

/** A metric that is read from the counters region. */
export interface CellMetric {
  readonly metric: MetricMeta;
  readonly cells: readonly Cell[];
  /** Series that are 0 are shown too: the set is small, and a rate needs the point before the first event. */
  readonly showsZero: boolean;
}

/** Every metric of the counters region with the labels of its cells. */
export function cellMetrics(plan: Plan, layout: CountersLayout): readonly CellMetric[] {
  const listeners = (cell: (listener: number) => number): Cell[] =>
    plan.listeners.map(({ index, name }) => ({ index: cell(index), labels: { listener: name } }));
  const listenersBy = (
    label: 'state' | 'reason' | 'direction' | 'limit' | 'stage',
    values: readonly string[],
    cell: (listener: number, value: number) => number,
  ): Cell[] =>
    plan.listeners.flatMap(({ index, name }) =>
      values.map((value, i) => ({ index: cell(index, i), labels: { listener: name, [label]: value } })),
    );
  const backends = (cell: (backend: number) => number): Cell[] =>
    plan.backends.map((backend) => ({ index: cell(backend.row), labels: backendLabels(plan, backend) }));
  const backendBytes = plan.backends.flatMap((backend) =>
    DIRECTIONS.map((direction, i) => ({
      index: layout.backendBytes(backend.row, i),
      labels: { ...backendLabels(plan, backend), direction },
    })),
  );

  // Nothing is in `closed` now: a connection that is closed is gone.
  const openStates = STATES.slice(0, -1);
  const shown = (metric: MetricMeta, cells: readonly Cell[]): CellMetric => ({
    metric,
    cells,
    showsZero: true,
  });
  return [
    shown(
      METRICS.connections,
      listenersBy('state', openStates, (l, s) => layout.state(l, s)),
    ),
    shown(
      METRICS.transitions,
      listenersBy('state', STATES, (l, s) => layout.transition(l, s)),
    ),
    shown(
      METRICS.accepted,
      listeners((l) => layout.accepted(l)),
    ),
    shown(
      METRICS.gone,
      listeners((l) => layout.gone(l)),
    ),
    {
      metric: METRICS.closed,
      cells: listenersBy('reason', CLOSE_REASON_NAMES, (l, r) => layout.closed(l, r)),
      showsZero: false,
    },
    shown(
      METRICS.bytes,
      listenersBy('direction', DIRECTIONS, (l, d) => layout.bytes(l, d)),
    ),
    shown(
      METRICS.undelivered,
      listenersBy('direction', DIRECTIONS, (l, d) => layout.undelivered(l, d)),
    ),
    shown(
      METRICS.limitRejections,
      listenersBy('limit', LIMIT_KINDS, (l, k) => layout.limit(l, k)),
    ),
    shown(
      METRICS.queueLength,
      listeners((l) => layout.waiting(l)),
    ),
    shown(
      METRICS.stageFailures,
      listenersBy('stage', STAGE_KINDS, (l, k) => layout.stageFailures(l, k)),
    ),
    shown(
      METRICS.dialAttempts,
      backends((b) => layout.dials(b)),
    ),
    shown(
      METRICS.dialFailures,
      backends((b) => layout.dialFailures(b)),
    ),
    shown(METRICS.backendBytes, backendBytes),
    shown(METRICS.factsDropped, [{ index: layout.factsDropped(), labels: {} }]),
  ];
}

/** The regions of all shards added up. */
export function addUp(regions: readonly Float64Array[], length: number): Float64Array {
  const total = new Float64Array(length);
  for (const region of regions) {
    for (let i = 0; i < length; i++) total[i] = (total[i] as number) + (region[i] ?? 0);
  }
  return total;
}
