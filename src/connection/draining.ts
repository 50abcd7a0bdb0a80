import type { CloseReason } from '../core/close-reason.ts';
import type { Connection } from './connection.ts';

/**
 * Entry: nothing more is read, what was read is delivered, then each side is told the truth: FIN where both had
 * finished or a client is politely turned away, RST in every other case. A peer that goes on taking bytes renews the
 * linger deadline, unless it was Sluice that cut the connection: then the deadline is absolute.
 */
export function drain(connection: Connection, reason: CloseReason): void {
  const { client, backend, relay, deadlines } = connection;
  connection.drainedFor = reason;
  deadlines.cancelAll();
  deadlines.watchLinger(isPeersDoing(reason));
  if (relay === null || backend === null) {
    client.close();
    return;
  }
  switch (reason) {
    case 'client-fin':
    case 'backend-fin':
      client.close();
      backend.close();
      return;
    case 'stage-close':
      relay.up.close();
      relay.down.close();
      return;
    case 'client-reset':
    case 'client-truncated':
      relay.down.abort();
      relay.up.fail(reason);
      return;
    case 'backend-reset':
    case 'backend-truncated':
      relay.up.abort();
      relay.down.fail(reason);
      return;
    default:
      relay.up.fail(reason);
      relay.down.fail(reason);
  }
}

function isPeersDoing(reason: CloseReason): boolean {
  switch (reason) {
    case 'client-fin':
    case 'backend-fin':
    case 'client-reset':
    case 'backend-reset':
    case 'client-truncated':
    case 'backend-truncated':
      return true;
    default:
      return false;
  }
}
