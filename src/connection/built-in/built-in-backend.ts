import type { Endpoint } from '../../core/ports.ts';
import type { Connection } from '../connection.ts';
import { LocalEndpoint } from './local-endpoint.ts';

/** The backend of a route that answers by itself; null where the route goes to a pool. */
export function builtInBackend({ route, destination, shard }: Connection): Endpoint | null {
  const kind = route?.action.kind;
  if (kind !== 'echo' && kind !== 'discard') return null;
  return new LocalEndpoint(destination, shard.plane.timers, kind === 'echo');
}
