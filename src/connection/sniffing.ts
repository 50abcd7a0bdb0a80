import type { Sniffed } from '../core/plan.ts';
import { decide } from '../route/index.ts';
import { sniff as sniffBytes } from '../sniff/index.ts';
import type { Connection } from './connection.ts';
import { knownOf } from './known.ts';

const UNKNOWN: Sniffed = { protocol: 'unknown' };

/** Entry: peeks until the sniffers agree; not at all where the routes need no bytes. */
export function sniff(connection: Connection): void {
  const { client, listener, watch } = connection;
  const { bytesMax, timeoutMs } = listener.sniff;
  watch.onHeld = null;
  client.peek(bytesMax);
  if (decide(connection.routes, knownOf(connection)).kind !== 'undecided') {
    connection.send({ type: 'sniffed' });
    return;
  }
  if (watch.sentFin && watch.heldBytes === 0) {
    settle(connection, UNKNOWN);
    return;
  }
  connection.deadlines.after('deadline.sniff', timeoutMs);
  let atLeast = 0;
  watch.onHeld = (held) => {
    const atEnd = held.length >= bytesMax || watch.sentFin;
    if (held.length < atLeast && !atEnd) return;
    const result = sniffBytes(held, atEnd);
    if (result.done) settle(connection, result.sniffed);
    else atLeast = result.atLeast;
  };
  watch.onFin = () => settle(connection, UNKNOWN);
}

/** Exit: stops looking. */
export function stopSniffing(connection: Connection): void {
  connection.deadlines.cancel('deadline.sniff');
  connection.watch.onHeld = null;
  connection.watch.onFin = null;
}

function settle(connection: Connection, sniffed: Sniffed): void {
  connection.sniffed = sniffed;
  connection.send({ type: 'sniffed' });
}
