import { formatAddress } from '../core/address.ts';
import { type CloseReason, closeReasonIndex } from '../core/close-reason.ts';
import { DOWN, UP } from '../core/direction.ts';
import type { ClosedFact } from '../core/facts.ts';
import type { StateName } from '../core/state.ts';
import type { Connection } from './connection.ts';
import { isSampled } from './trace-ids.ts';

/**
 * Entry, and the end: every wait is cancelled, every place given back, the whole story told once. Each step is taken
 * whatever became of those before it, so that a defect in one keeps nothing alive.
 */
export function finish(connection: Connection, reason: CloseReason): void {
  if (connection.ended) return;
  const { shard, listener, relay } = connection;
  const during = decidedIn(connection, reason);
  const step = (act: () => void): void => connection.attempt(act);
  let legs: Legs = { clientTcp: null, backendTcp: null };
  step(() => connection.entered('closed'));
  step(() => connection.deadlines.end());
  step(() => relay?.up.abort());
  step(() => relay?.down.abort());
  step(() => {
    legs = legsOf(connection);
  });
  step(() => connection.client.destroy());
  step(() => connection.backend?.destroy());
  if (connection.row >= 0) step(() => shard.upstreams.released(connection.row));
  step(() => count(connection, reason));
  step(() => tell(connection, reason, during, legs));
  connection.ended = true;
  const { place, clientHost } = connection;
  if (place !== null) step(() => shard.admission.release(place, listener.index, clientHost));
  step(() => connection.gone());
  if (place !== null) step(() => shard.waitingRoom.freed(listener.index, clientHost));
}

/** What the kernel knew of both legs, which it forgets with the socket. */
type Legs = Pick<ClosedFact, 'clientTcp' | 'backendTcp'>;

function legsOf({ client, backend }: Connection): Legs {
  return { clientTcp: client.tcpInfo, backendTcp: backend?.tcpInfo ?? null };
}

/** The state in which the end was decided: the one before draining, unless something went wrong in draining. */
function decidedIn(connection: Connection, reason: CloseReason): StateName {
  const { state, visits } = connection;
  if (state !== 'draining' || reason !== connection.drainedFor) return state;
  return visits.at(-1)?.state ?? state;
}

function count(connection: Connection, reason: CloseReason): void {
  const { relay, listener } = connection;
  const { layout, cells } = connection.shard.counters;
  cells[layout.closed(listener.index, closeReasonIndex(reason))]! += 1;
  cells[layout.undelivered(listener.index, UP)]! += relay?.up.undelivered ?? 0;
  cells[layout.undelivered(listener.index, DOWN)]! += relay?.down.undelivered ?? 0;
}

function tell(connection: Connection, reason: CloseReason, during: StateName, legs: Legs): void {
  const { shard, relay, client, route } = connection;
  shard.emit({
    kind: 'closed',
    at: connection.now(),
    connection: connection.id,
    listener: connection.listener.index,
    client: formatAddress(client.remote),
    local: formatAddress(client.local),
    opened: connection.openedAt,
    reason,
    during,
    protocol: connection.sniffed?.protocol ?? null,
    sni: connection.sniffed?.sni ?? null,
    route: route?.name ?? null,
    pool: connection.pool,
    backend: connection.row,
    attempts: connection.attempts,
    bytesUp: relay?.bytesUp ?? 0,
    bytesDown: relay?.bytesDown ?? 0,
    undeliveredUp: relay?.up.undelivered ?? 0,
    undeliveredDown: relay?.down.undelivered ?? 0,
    firstByteMs: relay?.firstByteMs ?? -1,
    pausedUpMs: relay?.up.pausedMs ?? 0,
    pausedDownMs: relay?.down.pausedMs ?? 0,
    clientTcp: legs.clientTcp,
    backendTcp: legs.backendTcp,
    visits: connection.visits,
    traceId: connection.traceId,
    sampled: isSampled(connection.traceId, connection.plan.telemetry.sample),
  });
}
