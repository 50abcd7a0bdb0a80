import type { Findings } from '../core/sniffed.ts';
import { Sniffing } from '../sniff/index.ts';
import type { Connection } from './connection.ts';
import { hasCertificateFor, stopLooking, terminated } from './sniffing.ts';

/** Bytes of the SSLRequest of PostgreSQL, all that a client sends before it is answered. */
const SSL_REQUEST_BYTES = 8;

/** `S`: go on with TLS. */
const GO_ON = Uint8Array.of(0x53);

/** Entry of `starttls`: the request is answered, and what comes now has to be a ClientHello that can be answered here. */
export function answerStartTls(connection: Connection): void {
  const { client, watch, listener, deadlines, shard } = connection;
  if (listener.tls === null) throw new Error(`listener "${listener.name}" terminates no TLS`);
  if (watch.heldBytes > SSL_REQUEST_BYTES) {
    // Bytes that came before the answer could be taken for some that came inside TLS. CVE-2021-23214.
    refuse(connection, 'bytes behind the SSLRequest before it was answered');
    return;
  }
  deadlines.cancel('deadline.sniff');
  deadlines.after('deadline.handshake', listener.tls.handshakeMs);
  connection.consume(SSL_REQUEST_BYTES);
  connection.findings = null;
  const leave = (): void => refuse(connection, 'the client left after the SSLRequest');
  if (watch.sentFin) {
    leave();
    return;
  }
  client.write({ bytes: GO_ON, at: shard.plane.timers.now(), borrowed: false });
  const sniffing = new Sniffing(shard.sniffers);
  const { bytesMax } = listener.sniff;
  watch.onHeld = (held) => go(connection, sniffing.look(held, held.length >= bytesMax));
  watch.onFin = leave;
}

function go(connection: Connection, { sniffed, possible, open }: Findings): void {
  if (open && possible.has('tls')) return;
  stopLooking(connection);
  if (sniffed?.protocol !== 'tls') refuse(connection, 'no TLS behind the SSLRequest');
  else if (hasCertificateFor(connection, sniffed)) connection.send(terminated(connection, sniffed));
  else refuse(connection, `no certificate for ${sniffed.sni ?? 'a client that names no server'}`);
}

function refuse(connection: Connection, why: string): void {
  connection.refusal = why;
  connection.send({ type: 'handshake.failed', how: 'reset' });
}
