import { formatAddress } from '../core/address.ts';
import { anyCidrContains, type Cidr, parseCidr } from '../core/cidr.ts';
import { formatConnectionId } from '../core/connection-id.ts';
import {
  type ConnectionCursor,
  type ConnectionFilter,
  type ConnectionPage,
  type ConnectionQuery,
  type ConnectionRow,
  type ConnectionSort,
  compareCursors,
} from '../core/connection-query.ts';
import type { Timers } from '../core/ports.ts';
import type { Connection } from './connection.ts';
import { ratesOf } from './rates.ts';

/** Connections looked at before the shard goes on with its own work, and how long that may take, in milliseconds. */
export const LISTED_PER_TURN = 500;
export const LIST_TURN_MS_MAX = 1;

/** So often the clock is looked at. */
const LISTED_PER_LOOK = 32;

/** What a list is made of. */
export interface Listing {
  /** All there are; connections may come and go while it is gone through. */
  readonly connections: Iterable<Connection>;
  /** Number of the shard. */
  readonly shard: number;
  readonly timers: Timers;
}

interface Found extends ConnectionCursor {
  readonly of: Connection;
}

/**
 * Finds the connections that a query means and tells of the first of them in its order, at most `limit`. Works in portions,
 * with turns of the shard's own work between them, and keeps at most twice `limit` on the way, however many there are. One that
 * ends meanwhile may be missing. `done` is called once, in a later turn.
 */
export function listConnections(
  { connections, shard, timers }: Listing,
  query: ConnectionQuery,
  done: (page: ConnectionPage) => void,
): void {
  const { sort, descending, limit, after } = query;
  const at = timers.epoch + timers.now();
  const isMeant = matcher(query.filter, at);
  const rest = connections[Symbol.iterator]();
  let found: Found[] = [];
  let matched = 0;
  const keepFirst = (max: number): void => {
    found.sort((a, b) => compareCursors(a, b, descending));
    found = found.slice(0, max);
  };
  const finish = (): void => {
    keepFirst(limit);
    done({
      rows: found.map(({ of }) => rowOf(of, shard, at)),
      keys: found.map(({ value, connection }) => ({ value, connection })),
      matched,
    });
  };
  const turn = (): void => {
    const began = timers.now();
    for (let looked = 1; looked <= LISTED_PER_TURN; looked++) {
      if (looked % LISTED_PER_LOOK === 0 && timers.now() - began >= LIST_TURN_MS_MAX) break;
      const next = rest.next();
      if (next.done === true) {
        timers.after(0, finish);
        return;
      }
      const of = next.value;
      if (of.ended || !isMeant(of)) continue;
      matched++;
      const key = { value: sortValueOf(of, sort, at), connection: of.id };
      if (after !== null && compareCursors(key, after, descending) <= 0) continue;
      found.push({ ...key, of });
      if (found.length >= 2 * limit) keepFirst(limit);
    }
    timers.after(0, turn);
  };
  timers.after(0, turn);
}

function sortValueOf(connection: Connection, sort: ConnectionSort, at: number): number {
  switch (sort) {
    case 'id':
      return connection.id;
    case 'age':
      // The age at a fixed time, so that the next page, asked later, goes on where this one ended.
      return -connection.openedAt;
    case 'bytes':
      return bytesOf(connection);
    case 'rate': {
      const { up, down } = ratesOf(connection, at);
      return up + down;
    }
  }
}

function bytesOf({ relay }: Connection): number {
  return relay === null ? 0 : relay.bytesUp + relay.bytesDown;
}

/** A client that is no network matches nobody. */
function matcher(filter: ConnectionFilter, at: number): (connection: Connection) => boolean {
  const cidr = filter.client === null ? null : parseCidr(filter.client);
  const networks: readonly Cidr[] = cidr === null || typeof cidr === 'string' ? [] : [cidr];
  const is = (wanted: string | null, seen: string | null): boolean => wanted === null || wanted === seen;
  return (connection) =>
    is(filter.listener, connection.listener.name) &&
    is(filter.state, connection.state) &&
    at - connection.openedAt >= filter.ageMsMin &&
    is(filter.route, connection.route?.name ?? null) &&
    is(filter.pool, poolOf(connection)) &&
    is(filter.backend, backendOf(connection)) &&
    is(filter.protocol, protocolOf(connection)) &&
    (filter.bytesMin === 0 || bytesOf(connection) >= filter.bytesMin) &&
    (cidr === null || anyCidrContains(networks, connection.clientHost));
}

function rowOf(connection: Connection, shard: number, at: number): ConnectionRow {
  const { relay } = connection;
  const rates = ratesOf(connection, at);
  return {
    connection: formatConnectionId(connection.id),
    shard,
    listener: connection.listener.name,
    client: formatAddress(connection.source),
    opened: connection.openedAt,
    state: connection.state,
    protocol: protocolOf(connection),
    route: connection.route?.name ?? null,
    pool: poolOf(connection),
    backend: backendOf(connection),
    bytesUp: relay?.bytesUp ?? 0,
    bytesDown: relay?.bytesDown ?? 0,
    rateUp: rates.up,
    rateDown: rates.down,
  };
}

function poolOf({ plan, pool }: Connection): string | null {
  return plan.pools[pool]?.name ?? null;
}

function backendOf({ plan, row }: Connection): string | null {
  return plan.backends[row]?.name ?? null;
}

function protocolOf({ findings, terminated }: Connection): string | null {
  return findings?.sniffed?.protocol ?? terminated?.protocol ?? null;
}
