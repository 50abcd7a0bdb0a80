import type { Plan } from '../core/plan.ts';
import { HEALTHY, UNHEALTHY, type UpstreamTable } from '../core/upstream-table.ts';
import { backendLabels, type Labels } from './labels.ts';
import { BACKEND_CONNECTION_STATES, METRICS, type MetricMeta } from './names.ts';

/** A metric with the value of each of its series. */
export interface Reading {
  readonly metric: MetricMeta;
  readonly points: readonly { readonly labels: Labels; readonly value: number }[];
}

/**
 * What the upstream table says of the backends. A backend whose health is unknown has no series in
 * `sluice.backend.healthy`: any number would count in an average or fire an alert.
 */
export function upstreamReader(plan: Plan, table: UpstreamTable): () => readonly Reading[] {
  const rows = plan.backends.map((backend) => {
    const labels = backendLabels(plan, backend);
    const [active, connecting] = BACKEND_CONNECTION_STATES.map((state) => ({ ...labels, state }));
    return { row: backend.row, labels, active: active as Labels, connecting: connecting as Labels };
  });
  return () => [
    {
      metric: METRICS.backendHealthy,
      points: rows.flatMap(({ row, labels }) => {
        const health = table.health(row);
        return health === HEALTHY || health === UNHEALTHY
          ? [{ labels, value: health === HEALTHY ? 1 : 0 }]
          : [];
      }),
    },
    {
      metric: METRICS.backendConnections,
      points: rows.flatMap(({ row, active, connecting }) => [
        { labels: active, value: table.active(row) },
        { labels: connecting, value: table.connecting(row) },
      ]),
    },
  ];
}
