import { formatAddress } from '../core/address.ts';
import { type CloseReason, closeReasonIndex } from '../core/close-reason.ts';
import { DOWN, UP } from '../core/direction.ts';
import type { Connection } from './connection.ts';
import { isSampled } from './trace-ids.ts';

/** Entry, and the end: every wait is cancelled, every place given back, the whole story told once. */
export function finish(connection: Connection, reason: CloseReason): void {
  if (connection.ended) return;
  const { shard, listener, relay } = connection;
  connection.deadlines.cancelAll();
  relay?.up.abort();
  relay?.down.abort();
  connection.client.destroy();
  connection.backend?.destroy();
  if (connection.row >= 0) shard.upstreams.released(connection.row);
  const { layout, cells } = shard.counters;
  cells[layout.closed(listener.index, closeReasonIndex(reason))]! += 1;
  cells[layout.undelivered(listener.index, UP)]! += relay?.up.undelivered ?? 0;
  cells[layout.undelivered(listener.index, DOWN)]! += relay?.down.undelivered ?? 0;
  tell(connection, reason);
  connection.gone();
  if (connection.admitted) {
    shard.admission.release(listener.index, connection.clientHost);
    shard.waitingRoom.grant();
  }
}

function tell(connection: Connection, reason: CloseReason): void {
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
    during: connection.decidedIn ?? connection.state,
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
    visits: connection.visits,
    traceId: connection.traceId,
    sampled: isSampled(connection.traceId, shard.plan.telemetry.sample),
  });
}
