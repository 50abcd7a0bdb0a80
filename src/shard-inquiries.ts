import { listConnections } from './connection/index.ts';
import type { ConnectionId } from './core/connection-id.ts';
import type { ConnectionPage, ConnectionQuery } from './core/connection-query.ts';
import type { Plane } from './core/ports.ts';
import type { Shard } from './shard.ts';

/** Which connections of a shard a query means; `done` is called once, later. */
export function listOn(
  { registry }: Shard,
  number: number,
  { timers }: Plane,
  query: ConnectionQuery,
  done: (page: ConnectionPage) => void,
): void {
  listConnections({ connections: registry.all(), shard: number, timers }, query, done);
}

/** Ends those of these connections that live on a shard by RST, after what was read is delivered; tells how many. */
export function killOn({ registry }: Shard, connections: readonly ConnectionId[]): number {
  return connections.filter((id) => registry.kill(id)).length;
}
