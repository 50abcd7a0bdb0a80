import { anyCidrContains } from '../core/cidr.ts';
import { LIMIT_KINDS, type LimitKind } from '../core/facts.ts';
import type { ListenerLimits } from '../core/plan.ts';
import type { Connection } from './connection.ts';

/**
 * Before the first look at the bytes, one is enough: it shows a client that leaves while it waits. Reading stops there,
 * so that a client cannot fill memory before it is admitted.
 */
const WATCH_BYTES = 1;

/** Entry of `accepting`: where a PROXY header tells whose connection it is, that comes first. */
export function accept(connection: Connection): void {
  connection.client.peek(WATCH_BYTES);
}

/**
 * Entry of `admission`: the access list, then a place; no place, then what the listener's `on_limit` says. Those that wait come first,
 * so that nobody is overtaken when the accept rate allows one more; those that wait in other shards come first as well.
 */
export function admit(connection: Connection): void {
  const isUnknown = connection.listener.proxyIn !== null && !connection.headerIsDone;
  if (!isUnknown && !mayConnect(connection)) {
    connection.send({ type: 'refused', reason: 'denied', how: 'reset' });
    return;
  }
  if (!hasDescriptors(connection, DESCRIPTORS_KEPT_FREE)) {
    count(connection, 'descriptors');
    connection.send({ type: 'refused', reason: 'limit', how: 'reset' });
    return;
  }
  if (isUnknown) {
    connection.send({ type: 'header.awaited' });
    return;
  }
  const { admission, waitingRoom, turns } = connection.shard;
  const { plan } = connection;
  const { limits, index } = connection.listener;
  waitingRoom.grant();
  const comesAfterOthers = limits.onLimit === 'wait' && turns.othersWait(index);
  const limit = comesAfterOthers
    ? (waitingRoom.limitOf(index) ?? limitAhead(limits))
    : admission.reserve(plan, index, connection.clientHost);
  if (limit === null) {
    connection.granted(plan);
    return;
  }
  if (limits.onLimit === 'wait' && hasDescriptors(connection, DESCRIPTORS_FOR_PLACES)) {
    connection.deadlines.after('deadline.queue', connection.listener.timeouts.queueMs);
    if (waitingRoom.add(connection)) {
      count(connection, limit);
      return;
    }
  }
  count(connection, limits.onLimit === 'wait' ? 'waiting' : limit);
  const how =
    limits.onLimit === 'close' && hasDescriptors(connection, DESCRIPTORS_FOR_PLACES) ? 'close' : 'reset';
  connection.send({ type: 'refused', reason: 'limit', how });
}

/** Exit of `accepting`: leaves the queue, if it was in it. */
export function leaveQueue(connection: Connection): void {
  connection.deadlines.cancel('deadline.queue');
  connection.shard.waitingRoom.remove(connection);
}

/** `deny` wins over `allow`; with an `allow` list, everyone else is refused. Clients of a Unix socket are let in. */
function mayConnect(connection: Connection): boolean {
  const { allow, deny } = connection.listener.access;
  const host = connection.clientHost;
  if (host === '') return true;
  if (anyCidrContains(deny, host)) return false;
  return allow.length === 0 || anyCidrContains(allow, host);
}

/**
 * Whether `free` descriptors are left besides those of all connections and dials of all shards. The system's own answer to having
 * none is to drop clients without a word (libuv), so they are turned away, counted and told before that.
 */
export function hasDescriptors(connection: Connection, free: number): boolean {
  const { descriptors } = connection.plan.limits;
  return descriptors === null || connection.shard.descriptors() + free < descriptors;
}

/** What those in other shards must be waiting for, where nobody was held up in this one. */
function limitAhead({ connections, acceptRate }: ListenerLimits): LimitKind {
  if (connections > 0) return 'connections';
  return acceptRate > 0 ? 'accept_rate' : 'process';
}

/** For listeners, files, the process itself, and the dial of the connection that is admitted. */
const DESCRIPTORS_KEPT_FREE = 33;

/** For connections that have a place: those that wait or are turned away politely, and mirrors, live on what these leave. */
export const DESCRIPTORS_FOR_PLACES = 64;

function count(connection: Connection, limit: LimitKind): void {
  const { counters, limitReports } = connection.shard;
  counters.cells[counters.layout.limit(connection.listener.index, LIMIT_KINDS.indexOf(limit))]! += 1;
  limitReports.hit(connection.listener.index, limit);
}
