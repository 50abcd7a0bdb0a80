import type { Address } from '../core/address.ts';
import { parseIp } from '../core/cidr.ts';
import { LIMIT_KINDS } from '../core/facts.ts';
import type { BackendPlan } from '../core/plan.ts';
import type { DialFailure, DialOptions } from '../core/ports.ts';
import type { AddressBook } from '../names/index.ts';
import type { Connection } from './connection.ts';
import { share } from './trace-ids.ts';

/** What is told of a backend whose name has no address that could be dialed. */
export const UNRESOLVED: DialFailure = { kind: 'name', code: 'unresolved' };

/** Fraction of the golden ratio: each failed attempt begins with an address far from the one before. */
export const GOLDEN_FRACTION = 0.618_033_988_749_895;

/**
 * Where a backend is, for this connection, in the order in which to try it: none where its name has no address. Clients are
 * spread over the addresses of a name. A source is of one family, and so is what it can reach.
 */
export function addressesOf(
  connection: Connection,
  backend: BackendPlan,
  options: DialOptions,
): readonly Address[] {
  if (backend.original) return [connection.original as Address];
  const turn = (share(connection.traceId) + connection.tried.length * GOLDEN_FRACTION) % 1;
  return reachable(connection.shard.names, backend, options, turn);
}

/** As `addressesOf`, for no connection; `turn` as in `dialOrder`. */
export function reachable(
  names: AddressBook,
  backend: BackendPlan,
  { source }: DialOptions,
  turn: number,
): readonly Address[] {
  const all = names.of(backend, turn);
  if (source === null || source === undefined || all.length < 2) return all;
  return all.filter((address) => familyOf(address) === source.includes(':'));
}

/** Told at most once a second, with how many dials it was. */
export function noteExhaustion(connection: Connection, { kind }: DialFailure): void {
  if (kind !== 'out-of-ports') return;
  const { counters, limitReports } = connection.shard;
  const { index } = connection.listener;
  counters.cells[counters.layout.limit(index, LIMIT_KINDS.indexOf('ports'))]! += 1;
  limitReports.hit(index, 'ports');
}

/** Whether it is of IPv6. */
function familyOf(address: Address): boolean {
  return address.kind === 'tcp' && parseIp(address.host)?.length === 16;
}
