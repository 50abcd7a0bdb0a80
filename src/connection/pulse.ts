import type { ConnectionPulse } from '../core/connection-pulse.ts';
import type { Connection } from './connection.ts';

/** How a live connection stands now. */
export function pulseOf(connection: Connection): ConnectionPulse {
  const { id, state, visits, route, pool, row, relay } = connection;
  return {
    connection: id,
    state,
    since: visits.since,
    route: route?.name ?? null,
    pool,
    backend: row,
    bytesUp: relay?.bytesUp ?? 0,
    bytesDown: relay?.bytesDown ?? 0,
  };
}
