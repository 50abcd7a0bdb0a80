import type { CloseReason } from '../src/core/close-reason.ts';

/** How a client that is turned away is told: by RST, or by FIN. */
export type Refusal = 'reset' | 'close';

/** The facts a connection's chart is told. Bytes, sockets and timers never reach it. */
export type ConnectionEvent =
  | { readonly type: 'header.awaited' }
  | { readonly type: 'header.read' }
  | { readonly type: 'admitted' }
  | {
      readonly type: 'refused';
      readonly reason: 'denied' | 'limit' | 'proxy-header';
      readonly how: Refusal;
    }
  | { readonly type: 'sniffed' }
  | { readonly type: 'starttls' }
  | { readonly type: 'tls' }
  | { readonly type: 'secured' }
  | { readonly type: 'handshake.failed'; readonly how: Refusal }
  | {
      readonly type: 'routed';
      readonly retries: number;
      readonly abortOnFin: boolean;
      /** Who has waited too long for a place is told by FIN; absent = by RST. */
      readonly closesWhenFull?: boolean;
    }
  | {
      readonly type: 'rejected';
      readonly reason: 'no-route' | 'rejected' | 'tls-required';
      readonly how: Refusal;
    }
  | { readonly type: 'dialed' }
  | {
      readonly type: 'dial.failed';
      readonly reason: DialReason;
      readonly retry: boolean;
      /** Where there is no place for it; absent = by RST. */
      readonly how?: Refusal;
    }
  | { readonly type: 'queued' }
  | { readonly type: 'placed' }
  | { readonly type: 'client.fin' }
  | { readonly type: 'client.reset'; readonly truncated?: boolean }
  | { readonly type: 'backend.fin' }
  | { readonly type: 'backend.reset'; readonly truncated?: boolean }
  | { readonly type: 'stage.ended'; readonly how: Refusal }
  | { readonly type: 'flushed' }
  | { readonly type: 'kill' }
  /** Its backend has gone down, and the pool ends such sessions. */
  | { readonly type: 'backend.down' }
  /** A backend came back that is to take over from others. */
  | { readonly type: 'rebalance' }
  | { readonly type: 'error' }
  | { readonly type: 'deadline.header' }
  | { readonly type: 'deadline.queue' }
  | { readonly type: 'deadline.sniff' }
  | { readonly type: 'deadline.handshake' }
  | { readonly type: 'deadline.connect' }
  | { readonly type: 'deadline.first_byte' }
  | { readonly type: 'deadline.idle' }
  | { readonly type: 'deadline.write_stall' }
  | { readonly type: 'deadline.half_closed' }
  | { readonly type: 'deadline.drain' }
  | { readonly type: 'deadline.linger' };

/** Why an attempt to reach a backend failed. */
export type DialReason =
  | 'no-backend'
  | 'limit'
  | 'connect-refused'
  | 'connect-failed'
  | 'connect-timeout'
  | 'backend-handshake'
  | 'out-of-descriptors'
  | 'out-of-ports';

/** The close reason an event stands for; null for events that end nothing. */
export function reasonOf(event: ConnectionEvent): CloseReason | null {
  switch (event.type) {
    case 'refused':
    case 'rejected':
    case 'dial.failed':
      return event.reason;
    case 'client.fin':
      return 'client-fin';
    case 'backend.fin':
      return 'backend-fin';
    case 'client.reset':
      return event.truncated === true ? 'client-truncated' : 'client-reset';
    case 'backend.reset':
      return event.truncated === true ? 'backend-truncated' : 'backend-reset';
    case 'handshake.failed':
      return 'tls-handshake';
    case 'deadline.header':
      return 'proxy-header-timeout';
    case 'deadline.handshake':
      return 'tls-handshake-timeout';
    case 'stage.ended':
      return event.how === 'close' ? 'stage-close' : 'stage-reset';
    case 'kill':
      return 'killed';
    case 'backend.down':
      return 'backend-down';
    case 'rebalance':
      return 'rebalanced';
    case 'error':
      return 'internal-error';
    case 'deadline.queue':
      return 'queue-timeout';
    case 'deadline.connect':
      return 'connect-timeout';
    case 'deadline.idle':
      return 'idle-timeout';
    case 'deadline.write_stall':
      return 'write-stall-timeout';
    case 'deadline.half_closed':
      return 'half-closed-timeout';
    case 'deadline.drain':
      return 'drain-timeout';
    case 'deadline.linger':
      return 'linger-timeout';
    case 'header.awaited':
    case 'header.read':
    case 'admitted':
    case 'sniffed':
    case 'starttls':
    case 'tls':
    case 'secured':
    case 'routed':
    case 'dialed':
    case 'queued':
    case 'placed':
    case 'flushed':
    case 'deadline.sniff':
    case 'deadline.first_byte':
      return null;
  }
}
