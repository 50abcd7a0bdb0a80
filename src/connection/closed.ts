import { formatAddress } from '../core/address.ts';
import { type CloseReason, closeReasonIndex } from '../core/close-reason.ts';
import { DOWN, UP } from '../core/direction.ts';
import type { ClosedFact } from '../core/facts.ts';
import type { Mutable } from '../core/mutable.ts';
import type { StateName } from '../core/state.ts';
import { UNTOLD_END } from '../core/untold-end.ts';
import { formatProxyHeader } from '../proxy-protocol/index.ts';
import type { Connection } from './connection.ts';
import { endMirrors } from './open-mirror.ts';
import { stopWaiting } from './queueing.ts';
import { isRecorded } from './trace-ids.ts';

/** A connection on its way out, and what its last fact needs to know. */
interface Ending {
  readonly connection: Connection;
  readonly reason: CloseReason;
  readonly during: StateName;
  /** What the kernel knew of both legs, which it forgets with the socket. */
  clientTcp: ClosedFact['clientTcp'];
  backendTcp: ClosedFact['backendTcp'];
}

/** Every wait is cancelled, every place given back, the whole story told once. */
const STEPS: readonly ((ending: Ending) => void)[] = [
  ({ connection }) => connection.entered('closed'),
  ({ connection }) => connection.deadlines.end(),
  ({ connection }) => connection.handshake?.cancel(),
  ({ connection }) => stopWaiting(connection),
  ({ connection }) => connection.tellOpened(),
  ({ connection }) => connection.relay?.up.abort(),
  ({ connection }) => connection.relay?.down.abort(),
  ({ connection, reason }) => endMirrors(connection, reason),
  ({ connection, reason }) => connection.tap?.ended(reason),
  (ending) => {
    ending.clientTcp = ending.connection.client.tcpInfo;
    ending.backendTcp = ending.connection.backend?.tcpInfo ?? null;
  },
  ({ connection }) => connection.client.destroy(),
  ({ connection }) => connection.backend?.destroy(),
  judgeBackend,
  ({ connection: { row, shard } }) => {
    if (row >= 0) shard.upstreams.released(row);
  },
  count,
  tell,
  ({ connection }) => {
    connection.ended = true;
  },
  ({ connection: { place, shard, listener, clientHost } }) => {
    if (place !== null) shard.admission.release(place, listener.index, clientHost);
  },
  ({ connection: { shard, id } }) => shard.liveStages.ended(id),
  ({ connection }) => connection.gone(),
  ({ connection: { place, shard, listener, clientHost } }) => {
    if (place !== null) shard.waitingRoom.freed(listener.index, clientHost);
  },
];

/** Entry, and the end. Each step is taken whatever became of those before it, so that a defect in one keeps nothing alive. */
export function finish(connection: Connection, reason: CloseReason): void {
  if (connection.ended) return;
  const during = decidedIn(connection, reason);
  const ending: Ending = { connection, reason, during, clientTcp: null, backendTcp: null };
  for (let index = 0; index < STEPS.length; index++) connection.attempt(STEPS[index]!, ending);
}

/** The state in which the end was decided: the one before draining, unless something went wrong in draining. */
function decidedIn(connection: Connection, reason: CloseReason): StateName {
  const { state, visits } = connection;
  if (state !== 'draining' || reason !== connection.drainedFor) return state;
  return visits.previous ?? state;
}

/** What the end says of a backend from which no byte has come. */
function judgeBackend({ connection: { row, relay, shard }, reason }: Ending): void {
  if (row < 0 || relay === null || relay.firstByteMs >= 0) return;
  if (reason === 'client-fin') shard.upstreams.answered(row);
  if (reason === 'backend-reset' || reason === 'backend-truncated') shard.upstreams.failing(row, 'reset');
}

function count({ connection, reason }: Ending): void {
  const { relay, listener } = connection;
  const { layout, cells } = connection.shard.counters;
  cells[layout.closed(listener.index, closeReasonIndex(reason))]! += 1;
  cells[layout.undelivered(listener.index, UP)]! += relay?.up.undelivered ?? 0;
  cells[layout.undelivered(listener.index, DOWN)]! += relay?.down.undelivered ?? 0;
}

/** The fact of every end in turn: made anew for each, it would be a twelfth of what a connection allocates. */
const FACT: Mutable<ClosedFact> = {
  ...UNTOLD_END,
  at: 0,
  connection: 0,
  listener: 0,
  client: '',
  local: '',
  opened: 0,
  reason: 'client-fin',
  traceId: '',
  spanId: null,
  parentSpanId: null,
  sampled: false,
};

/** The sink reads it before this returns. */
function tell({ connection, reason, during, clientTcp, backendTcp }: Ending): void {
  const { shard, relay, client, route, findings, terminated, header } = connection;
  FACT.at = connection.visits.since;
  FACT.connection = connection.id;
  FACT.listener = connection.listener.index;
  FACT.client = formatAddress(connection.source);
  FACT.local = formatAddress(connection.destination);
  FACT.peer = header === null ? null : formatAddress(client.remote);
  FACT.header = header === null ? null : formatProxyHeader(header);
  FACT.opened = connection.openedAt;
  FACT.reason = reason;
  FACT.during = during;
  FACT.protocol = findings?.sniffed?.protocol ?? terminated?.protocol ?? null;
  FACT.sni = terminated?.sni ?? findings?.sniffed?.sni ?? null;
  FACT.clientTls = connection.clientTls;
  FACT.backendTls = connection.backendTls;
  FACT.error = reason === 'client-reset' || reason === 'backend-reset' ? connection.peerError : null;
  FACT.refusal = connection.refusal;
  FACT.route = route?.name ?? null;
  FACT.pool = connection.pool;
  FACT.backend = connection.row;
  FACT.attempts = connection.attempts;
  FACT.queueMs = connection.queued?.waitedMs(connection.now()) ?? 0;
  FACT.bytesUp = relay?.bytesUp ?? 0;
  FACT.bytesDown = relay?.bytesDown ?? 0;
  FACT.undeliveredUp = relay?.up.undelivered ?? 0;
  FACT.undeliveredDown = relay?.down.undelivered ?? 0;
  FACT.firstByteMs = relay?.firstByteMs ?? -1;
  FACT.pausedUpMs = relay?.up.pausedMs ?? 0;
  FACT.pausedDownMs = relay?.down.pausedMs ?? 0;
  FACT.clientTcp = clientTcp;
  FACT.backendTcp = backendTcp;
  FACT.visits = connection.visits.left;
  FACT.traceId = connection.traceId;
  FACT.spanId = connection.spanId;
  FACT.parentSpanId = connection.parent?.spanId ?? null;
  FACT.sampled = isRecorded(connection);
  shard.emit(FACT);
}
