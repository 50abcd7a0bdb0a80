import type { Sniffed } from '../core/plan.ts';
import { decide } from '../route/index.ts';
import { Sniffing } from '../sniff/index.ts';
import type { Connection } from './connection.ts';

const UNKNOWN: Sniffed = { protocol: 'unknown' };
const SILENT: Sniffed = { protocol: 'unknown', silent: true };

/** Entry: peeks until the sniffers agree; not at all where the routes need no bytes. */
export function sniff(connection: Connection): void {
  const { client, listener, watch } = connection;
  const { bytesMax, timeoutMs } = listener.sniff;
  watch.onHeld = null;
  client.peek(bytesMax);
  if (decide(connection.routes, { sniffed: null, source: connection.clientHost }).kind !== 'needs-sniffing') {
    connection.send({ type: 'sniffed' });
    return;
  }
  if (watch.sentFin && watch.heldBytes === 0) {
    settle(connection, SILENT);
    return;
  }
  connection.deadlines.after('deadline.sniff', timeoutMs);
  const sniffing = new Sniffing();
  watch.onHeld = (held) => {
    const atEnd = held.length >= bytesMax || watch.sentFin;
    const { open, sniffed } = sniffing.look(held, atEnd);
    if (!open && sniffed !== null) settle(connection, sniffed);
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
