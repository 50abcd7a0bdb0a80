import { formatAddress } from '../core/address.ts';
import { formatConnectionId } from '../core/connection-id.ts';
import type { ConnectionView, QueueView, StageView, Why } from '../core/connection-view.ts';
import { TRACE_ID_PLACE } from '../core/plan.ts';
import { formatProxyHeader } from '../proxy-protocol/index.ts';
import { explainRoutes } from '../route/index.ts';
import type { Connection } from './connection.ts';
import { knownOf } from './known.ts';
import { ratesOf } from './rates.ts';
import { isRecorded } from './trace-ids.ts';

/** All that is to be told of a live connection, `shard` being the number of its shard. */
export function viewOf(connection: Connection, shard: number): ConnectionView {
  const { plan, relay, client, backend, findings, terminated } = connection;
  const rates = ratesOf(connection, connection.now());
  return {
    at: connection.now(),
    connection: formatConnectionId(connection.id),
    shard,
    listener: connection.listener.name,
    client: formatAddress(connection.source),
    peer: connection.header === null ? null : formatAddress(client.remote),
    header: connection.header === null ? null : formatProxyHeader(connection.header),
    local: formatAddress(connection.destination),
    opened: connection.openedAt,
    state: connection.state,
    since: connection.visits.since,
    visits: connection.visits.left,
    sniffed: findings?.sniffed ?? terminated,
    clientTls: connection.clientTls,
    backendTls: connection.backendTls,
    route: connection.route?.name ?? null,
    pool: plan.pools[connection.pool]?.name ?? null,
    backend: plan.backends[connection.row]?.name ?? null,
    attempts: connection.attempts.map((attempt) => ({
      ...attempt,
      name: plan.backends[attempt.backend]?.name ?? null,
    })),
    queue: queueOf(connection),
    bytesUp: relay?.bytesUp ?? 0,
    bytesDown: relay?.bytesDown ?? 0,
    rateUp: rates.up,
    rateDown: rates.down,
    waitingUp: relay?.up.undelivered ?? 0,
    waitingDown: relay?.down.undelivered ?? 0,
    clientTcp: client.tcpInfo,
    backendTcp: backend?.tcpInfo ?? null,
    traceId: connection.traceId,
    sampled: isRecorded(connection),
    traceUrl: traceUrlOf(plan.admin?.traceUrl ?? null, connection.traceId),
    stages: stagesOf(connection),
    why: whyOf(connection),
  };
}

/** The template with the id in each place for it. */
function traceUrlOf(template: string | null, traceId: string): string | null {
  return template === null ? null : template.replaceAll(TRACE_ID_PLACE, traceId);
}

function queueOf({ queued, shard }: Connection): QueueView | null {
  if (queued === null || queued.since === null) return null;
  const { poolQueues, poolPlaces } = shard;
  return {
    since: queued.since,
    ahead: poolQueues.ahead(queued),
    waiting: poolPlaces.waiting(queued.pool),
  };
}

function stagesOf(connection: Connection): StageView[] {
  const configured = connection.route?.stages ?? [];
  return [
    ...configured.map((stage): StageView => ({ name: null, of: 'config', stage })),
    ...connection.shard.liveStages.of(connection).map(({ name, of, stage }) => ({ name, of, stage })),
  ];
}

function whyOf(connection: Connection): Why {
  const { listener, pool, tried, shard } = connection;
  return {
    routes: explainRoutes(listener.routes, knownOf(connection)),
    backends: pool < 0 ? [] : shard.upstreams.explain(pool, tried, connection.now()),
  };
}
