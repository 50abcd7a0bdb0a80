import { HEALTHY, UNHEALTHY, type UpstreamTable } from '../core/upstream-table.ts';
import { BACKEND_CONNECTION_STATES } from './label-values.ts';
import { labelled } from './labels.ts';
import { METRICS } from './names.ts';
import type { Occupant } from './occupants.ts';
import type { Reading } from './reading.ts';

const [ACTIVE, CONNECTING] = BACKEND_CONNECTION_STATES;

/**
 * What the upstream table says of the backends. A backend whose health is unknown has no series in
 * `sluice.backend.healthy`: any number would count in an average or fire an alert.
 */
export function readUpstreams(table: UpstreamTable, backends: readonly Occupant[]): readonly Reading[] {
  return [
    {
      metric: METRICS.backendHealthy,
      points: backends.flatMap(({ slot, labels, since }) => {
        const health = table.health(slot);
        return health === HEALTHY || health === UNHEALTHY
          ? [{ labels, since, value: health === HEALTHY ? 1 : 0 }]
          : [];
      }),
    },
    {
      metric: METRICS.backendEjected,
      points: backends.map(({ slot, labels, since }) => {
        return { labels, since, value: table.circuits.isOpen(slot) ? 1 : 0 };
      }),
    },
    {
      metric: METRICS.backendConnections,
      points: backends.flatMap(({ slot, labels, since }) => [
        { labels: labelled(labels, 'state', ACTIVE), since, value: table.active(slot) },
        { labels: labelled(labels, 'state', CONNECTING), since, value: table.connecting(slot) },
      ]),
    },
  ];
}
