import type { ConnectionId } from '../core/connection-id.ts';
import type { ConnectionPulse } from '../core/connection-pulse.ts';
import type { Connection } from './connection.ts';
import type { ConnectionRegistry } from './registry.ts';

/** How those of these connections stand that a registry has. */
export function pulsesIn(
  registry: Pick<ConnectionRegistry, 'get'>,
  connections: readonly ConnectionId[],
): ConnectionPulse[] {
  return connections.flatMap((id) => {
    const connection = registry.get(id);
    return connection === undefined ? [] : [pulseOf(connection)];
  });
}

function pulseOf(connection: Connection): ConnectionPulse {
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
