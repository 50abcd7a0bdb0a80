import type { Side } from './direction.ts';

/** Who ended a connection. */
export type Culprit = Side | 'proxy';

interface ReasonMeaning {
  readonly by: Culprit;
  /** Both directions ended by FIN and everything read was delivered. */
  readonly clean: boolean;
  readonly meaning: string;
}

/**
 * Every way a connection can end. The names are stable: logs, metrics and spans carry them.
 * Adding one here makes each `switch` over it a type error until it is handled.
 */
export const CLOSE_REASONS = {
  'client-fin': { by: 'client', clean: true, meaning: 'both sides finished, the client first' },
  'backend-fin': { by: 'backend', clean: true, meaning: 'both sides finished, the backend first' },
  'client-reset': {
    by: 'client',
    clean: false,
    meaning: 'the client reset the connection, or its network lost it; `error` in the log tells which',
  },
  'backend-reset': {
    by: 'backend',
    clean: false,
    meaning: 'the backend reset the connection, or its network lost it; `error` in the log tells which',
  },
  'client-truncated': {
    by: 'client',
    clean: false,
    meaning: 'the client ended its side of TLS without saying so, by a FIN without close_notify',
  },
  'backend-truncated': {
    by: 'backend',
    clean: false,
    meaning: 'the backend ended its side of TLS without saying so, by a FIN without close_notify',
  },
  'client-abort': {
    by: 'client',
    clean: false,
    meaning: 'the client sent FIN before a backend was reached and the pool has abort_on_fin',
  },
  denied: { by: 'proxy', clean: false, meaning: 'the access list of the listener refuses this client' },
  limit: {
    by: 'proxy',
    clean: false,
    meaning: 'a limit on connections or on the accept rate was reached, or the queue of the pool was full',
  },
  'queue-timeout': {
    by: 'proxy',
    clean: false,
    meaning: 'waited for a free place for longer than timeouts.queue, or queue.timeout of the pool',
  },
  'proxy-header': {
    by: 'client',
    clean: false,
    meaning: 'the PROXY header was missing, malformed, or came from an address that is not trusted',
  },
  'proxy-header-timeout': {
    by: 'client',
    clean: false,
    meaning: 'the PROXY header was not there in proxy_protocol.timeout',
  },
  'tls-handshake': {
    by: 'client',
    clean: false,
    meaning: 'the TLS handshake with the client failed; the log has the reason',
  },
  'tls-handshake-timeout': {
    by: 'client',
    clean: false,
    meaning: 'the TLS handshake with the client was not done in tls.handshake_timeout',
  },
  'tls-required': {
    by: 'proxy',
    clean: false,
    meaning:
      'the listener requires TLS; the client speaks something else, or names a server without a certificate',
  },
  'no-route': { by: 'proxy', clean: false, meaning: 'no route of the listener matches' },
  rejected: { by: 'proxy', clean: false, meaning: 'the matching route says reject' },
  'no-backend': {
    by: 'proxy',
    clean: false,
    meaning: 'no backend of the pool is healthy and has a free place',
  },
  'connect-refused': {
    by: 'backend',
    clean: false,
    meaning: 'the last backend tried refused the connection',
  },
  'connect-timeout': {
    by: 'backend',
    clean: false,
    meaning: 'the last backend tried did not answer in connect.timeout',
  },
  'connect-failed': { by: 'backend', clean: false, meaning: 'the last backend tried could not be reached' },
  'backend-handshake': {
    by: 'backend',
    clean: false,
    meaning: 'the last backend tried took the connection, but the PROXY header or TLS could not be agreed on',
  },
  'out-of-descriptors': {
    by: 'proxy',
    clean: false,
    meaning: 'the process has no descriptor left to dial with',
  },
  'out-of-ports': { by: 'proxy', clean: false, meaning: 'no local port is left for this backend' },
  'stage-close': {
    by: 'proxy',
    clean: false,
    meaning: 'a stage ended it by FIN: a quota, a limit on data, or a fault that was asked for',
  },
  'stage-reset': {
    by: 'proxy',
    clean: false,
    meaning: 'a stage ended it by RST: a quota, a limit on data, or a fault that was asked for',
  },
  'idle-timeout': { by: 'proxy', clean: false, meaning: 'no byte in either direction for timeouts.idle' },
  'write-stall-timeout': {
    by: 'proxy',
    clean: false,
    meaning: 'a peer took none of the waiting bytes for timeouts.write_stall',
  },
  'half-closed-timeout': {
    by: 'proxy',
    clean: false,
    meaning: 'one side had finished, the other was silent for timeouts.half_closed',
  },
  'linger-timeout': {
    by: 'proxy',
    clean: false,
    meaning: 'both sides had finished, but one did not take the last bytes in timeouts.linger',
  },
  'drain-timeout': {
    by: 'proxy',
    clean: false,
    meaning: 'still open when timeouts.drain of a stopping service had passed',
  },
  'backend-down': {
    by: 'backend',
    clean: false,
    meaning: 'its backend was ejected or became unhealthy, and on_down of the pool ends such connections',
  },
  rebalanced: {
    by: 'proxy',
    clean: false,
    meaning:
      'ended so that its client connects again: a backend came back, and on_up of the pool says rebalance',
  },
  killed: { by: 'proxy', clean: false, meaning: 'ended by an operator' },
  'shard-failed': {
    by: 'proxy',
    clean: false,
    meaning: 'the thread that carried this connection died; how many bytes passed is not known',
  },
  'internal-error': {
    by: 'proxy',
    clean: false,
    meaning: 'a defect in Sluice ended this connection; the log has its text',
  },
} as const satisfies Record<string, ReasonMeaning>;

export type CloseReason = keyof typeof CLOSE_REASONS;

/** All reasons in a fixed order; the index is the position in counters. */
export const CLOSE_REASON_NAMES = Object.keys(CLOSE_REASONS) as readonly CloseReason[];

const INDEX = new Map<CloseReason, number>(CLOSE_REASON_NAMES.map((name, index) => [name, index]));

/** Position of a reason in counters. */
export function closeReasonIndex(reason: CloseReason): number {
  return INDEX.get(reason) as number;
}

/** Whether the connection ended by FIN from both sides. */
export function isClean(reason: CloseReason): boolean {
  return CLOSE_REASONS[reason].clean;
}
