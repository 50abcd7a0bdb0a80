import { formatAddress } from '../core/address.ts';
import { CLOSE_REASONS, type CloseReason } from '../core/close-reason.ts';
import { formatConnectionId } from '../core/connection-id.ts';
import type { AgentFact, ClosedFact, EjectionFact, Fact, HealthFact, PreconnectFact } from '../core/facts.ts';
import type { BackendPlan, Plan } from '../core/plan.ts';
import type { TcpInfo } from '../core/ports.ts';
import type { StateName } from '../core/state.ts';
import type { TlsFacts } from '../core/tls.ts';
import type { Fields, Log } from './log.ts';
import { EVENTS } from './names.ts';
import { round } from './round.ts';
import { MESSAGE_CHARS_MAX, SNI_CHARS_MAX, shown } from './text.ts';

/** Failed attempts that one line names; `attempts` counts all. */
export const FAILED_ATTEMPTS_SHOWN_MAX = 16;

/** Ends that are Sluice's own fault. */
const FAILURES: ReadonlySet<CloseReason> = new Set<CloseReason>(['internal-error', 'shard-failed']);

/** Writes the line of a fact, where it has one. `accessLog` false leaves out `connection.closed`. */
export function logFact(log: Log, plan: Plan, accessLog: boolean, fact: Fact): void {
  switch (fact.kind) {
    case 'opened':
    case 'entered':
    case 'transition':
      return;
    case 'closed':
      if (accessLog) {
        log.write(
          FAILURES.has(fact.reason) ? 'error' : 'info',
          EVENTS.connectionClosed,
          closedFields(plan, fact),
          fact.at,
        );
      }
      return;
    case 'health':
      logHealth(log, plan, fact);
      return;
    case 'agent': {
      const fields = { ...placeOf(plan, fact), said: shown(fact.said, MESSAGE_CHARS_MAX) };
      log.write('info', EVENTS.backendAgent, fields, fact.at);
      return;
    }
    case 'ejection':
      logEjection(log, plan, fact);
      return;
    case 'preconnect':
      logPreconnect(log, plan, fact);
      return;
    case 'limit': {
      const listener = plan.listeners[fact.listener]?.name ?? null;
      if (fact.limit === 'ports') {
        log.write('warn', EVENTS.portsExhausted, { listener, count: fact.count }, fact.at);
        return;
      }
      log.write('warn', EVENTS.limitReached, { listener, limit: fact.limit, count: fact.count }, fact.at);
      return;
    }
    case 'stage': {
      const connection = formatConnectionId(fact.connection);
      const message = shown(fact.message, MESSAGE_CHARS_MAX);
      const { stage, traceId: trace_id } = fact;
      log.write('warn', EVENTS.stageFailed, { connection, stage, message, trace_id }, fact.at);
      return;
    }
    case 'error': {
      const connection = fact.connection === null ? {} : { connection: formatConnectionId(fact.connection) };
      const message = shown(fact.message, MESSAGE_CHARS_MAX);
      const trace = fact.traceId === null ? {} : { trace_id: fact.traceId };
      log.write('error', EVENTS.error, { ...connection, message, ...trace }, fact.at);
      return;
    }
  }
}

function logHealth(log: Log, plan: Plan, fact: HealthFact): void {
  const fields = { ...placeOf(plan, fact), cause: shown(fact.cause, MESSAGE_CHARS_MAX) };
  if (fact.healthy) log.write('info', EVENTS.backendHealthy, fields, fact.at);
  else log.write('warn', EVENTS.backendUnhealthy, fields, fact.at);
}

function placeOf(plan: Plan, { pool, backend }: HealthFact | EjectionFact | AgentFact): Fields {
  return { pool: plan.pools[pool]?.name ?? null, backend: plan.backends[backend]?.name ?? null };
}

function logEjection(log: Log, plan: Plan, fact: EjectionFact): void {
  const { change, cause, ms, at } = fact;
  const fields = { ...placeOf(plan, fact), cause: shown(cause, MESSAGE_CHARS_MAX) };
  switch (change) {
    case 'ejected':
      log.write('warn', EVENTS.backendEjected, { ...fields, for_ms: round(ms) }, at);
      return;
    case 'returned':
      log.write('info', EVENTS.backendReturned, { ...fields, after_ms: round(ms) }, at);
      return;
    case 'withheld':
      log.write('warn', EVENTS.backendWithheld, fields, at);
      return;
  }
}

function logPreconnect(log: Log, plan: Plan, { pool, backend, ms, at }: PreconnectFact): void {
  const fields = {
    pool: plan.pools[pool]?.name ?? null,
    backend: plan.backends[backend]?.name ?? null,
    cause: 'the backend speaks first; preconnect.server_first allows that',
    for_ms: round(ms),
  };
  log.write('warn', EVENTS.preconnectOff, fields, at);
}

/** Where a backend is; of one that is wherever its client wanted to go, that, unless a PROXY header told something else. */
function addressOf({ address, original }: BackendPlan, { local, peer }: ClosedFact): string | null {
  if (!original) return formatAddress(address);
  return peer === null ? local : null;
}

/**
 * Fields of `connection.closed`. Undelivered bytes, pauses and failed attempts are left out where there were none; of a
 * connection that died with its shard nobody knows bytes and attempts: they are null.
 */
function closedFields(plan: Plan, fact: ClosedFact): Fields {
  const known = fact.during !== null;
  const backend = plan.backends[fact.backend];
  const fields: Record<string, unknown> = {
    connection: formatConnectionId(fact.connection),
    listener: plan.listeners[fact.listener]?.name ?? null,
    client: fact.client,
    local: fact.local,
    route: fact.route,
    protocol: fact.protocol,
    sni: fact.sni === null ? null : shown(fact.sni, SNI_CHARS_MAX),
    pool: plan.pools[fact.pool]?.name ?? null,
    backend: backend?.name ?? null,
    backend_address: backend === undefined ? null : addressOf(backend, fact),
    bytes_up: known ? fact.bytesUp : null,
    bytes_down: known ? fact.bytesDown : null,
    duration_ms: round(fact.at - fact.opened),
    states: timeInStates(fact),
    attempts: known ? fact.attempts.length : null,
    first_byte_ms: fact.firstByteMs < 0 ? null : round(fact.firstByteMs),
    tcp: tcpOf(fact),
    reason: fact.reason,
    by: CLOSE_REASONS[fact.reason].by,
    during: fact.during,
    trace_id: fact.traceId,
    sampled: fact.sampled,
  };
  if (fact.queueMs > 0) fields['queue_ms'] = round(fact.queueMs);
  if (fact.undeliveredUp > 0) fields['undelivered_up'] = fact.undeliveredUp;
  if (fact.undeliveredDown > 0) fields['undelivered_down'] = fact.undeliveredDown;
  if (fact.pausedUpMs > 0) fields['paused_up_ms'] = round(fact.pausedUpMs);
  if (fact.pausedDownMs > 0) fields['paused_down_ms'] = round(fact.pausedDownMs);
  if (fact.peer !== null) fields['peer'] = fact.peer;
  if (fact.header !== null) fields['proxy_header'] = fact.header;
  if (fact.clientTls !== null) fields['tls'] = clientTlsOf(fact.clientTls);
  if (fact.backendTls !== null)
    fields['backend_tls'] = { version: fact.backendTls.version, cipher: fact.backendTls.cipher };
  if (fact.error !== null) fields['error'] = shown(fact.error, MESSAGE_CHARS_MAX);
  if (fact.refusal !== null) fields['refusal'] = shown(fact.refusal, MESSAGE_CHARS_MAX);
  const failed = failedAttempts(plan, fact);
  if (failed.length > 0) fields['failed_attempts'] = failed;
  return fields;
}

/** Both legs, null for one of which nothing is known; null where that is so of both. */
function tcpOf({ clientTcp, backendTcp }: ClosedFact): Fields | null {
  if (clientTcp === null && backendTcp === null) return null;
  return { client: legOf(clientTcp), backend: legOf(backendTcp) };
}

/** The client's certificate is left out where it showed none. */
function clientTlsOf({ version, cipher, alpn, resumed, peer }: TlsFacts): Fields {
  const text = (value: string): string => shown(value, SNI_CHARS_MAX);
  const session = { version, cipher, alpn: alpn === null ? null : text(alpn), resumed };
  if (peer === null) return session;
  const { subject, names, fingerprint, verified } = peer;
  return { ...session, client: { subject: text(subject), names: names.map(text), fingerprint, verified } };
}

function legOf(tcp: TcpInfo | null): Fields | null {
  if (tcp === null) return null;
  const { rttUs, rttVarUs, retransmits, deliveryRate } = tcp;
  return { rtt_us: rttUs, rtt_var_us: rttVarUs, retransmits, delivery_rate: deliveryRate };
}

function timeInStates(fact: ClosedFact): Partial<Record<StateName, number>> {
  const states: Partial<Record<StateName, number>> = {};
  for (const { state, from, to } of fact.visits) states[state] = round((states[state] ?? 0) + to - from);
  return states;
}

function failedAttempts(plan: Plan, fact: ClosedFact): Fields[] {
  return fact.attempts
    .filter(({ error }) => error !== '')
    .slice(0, FAILED_ATTEMPTS_SHOWN_MAX)
    .map(({ backend, from, to, error }) => ({
      backend: plan.backends[backend]?.name ?? null,
      error: shown(error, MESSAGE_CHARS_MAX),
      ms: round(to - from),
    }));
}
