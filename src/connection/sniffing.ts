import type { Sniffed } from '../core/plan.ts';
import { PROXY_V2_BYTES_MAX } from '../proxy-protocol/index.ts';
import { decide, mayTerminate, settled } from '../route/index.ts';
import { Sniffing } from '../sniff/index.ts';
import type { Connection } from './connection.ts';
import { knownOf } from './known.ts';

/** Bytes of the SSLRequest of PostgreSQL, all that a client sends before it is answered. */
const SSL_REQUEST_BYTES = 8;
const GO_ON = Uint8Array.of(0x53);

/** Entry of `peek`: looks at what comes until the routes agree; not at all where they need no bytes. */
export function peek(connection: Connection): void {
  startPeeking(connection);
  if (connection.listener.tls === null && isDecided(connection)) {
    connection.send({ type: 'sniffed' });
    return;
  }
  look(connection, decideOutside);
}

/** Entry of `starttls`: the request is answered, and what comes now has to be a ClientHello. */
export function answerStartTls(connection: Connection): void {
  const { client, watch } = connection;
  if (watch.heldBytes > SSL_REQUEST_BYTES) {
    // Bytes that came before the answer could be taken for some that came inside TLS. CVE-2021-23214.
    connection.refusal = 'bytes behind the SSLRequest before it was answered';
    connection.send({ type: 'handshake.failed', how: 'reset' });
    return;
  }
  connection.consume(SSL_REQUEST_BYTES);
  connection.findings = null;
  client.write({ bytes: GO_ON, at: connection.shard.plane.timers.now(), borrowed: false });
  startPeeking(connection);
  look(connection, decideOutside);
}

/** Entry of `inside`: the same as `peek`, for the bytes that TLS has carried. */
export function peekInside(connection: Connection): void {
  startPeeking(connection);
  if (isDecided(connection)) connection.send({ type: 'sniffed' });
  else look(connection, decideHere);
}

/** Exit: stops looking. What was not recognised by now is not any more. */
export function stopSniffing(connection: Connection): void {
  connection.deadlines.cancel('deadline.sniff');
  stopLooking(connection);
}

function startPeeking(connection: Connection): void {
  const { client, listener, header } = connection;
  // What is held is told again only when more may be held than before.
  const bytes =
    header === null ? listener.sniff.bytesMax : Math.max(listener.sniff.bytesMax, PROXY_V2_BYTES_MAX + 1);
  client.peek(bytes);
}

/** Asks the sniffers at each arrival, and then `next` what follows from that, until something does. */
function look(connection: Connection, next: (connection: Connection) => boolean): void {
  const { watch, listener, deadlines } = connection;
  const { bytesMax, timeoutMs } = listener.sniff;
  if (watch.sentFin && watch.heldBytes === 0) {
    giveUp(connection);
    return;
  }
  deadlines.after('deadline.sniff', timeoutMs);
  const sniffing = new Sniffing(connection.shard.sniffers);
  let atLeast = 0;
  watch.onHeld = (held) => {
    const atEnd = held.length >= bytesMax || watch.sentFin;
    if (held.length < atLeast && !atEnd) return;
    const findings = sniffing.look(held, atEnd);
    connection.findings = findings;
    atLeast = findings.open ? findings.atLeast : Number.POSITIVE_INFINITY;
    if (next(connection)) stopLooking(connection);
    else if (!findings.open) giveUp(connection);
  };
  watch.onFin = () => giveUp(connection);
}

function stopLooking({ watch }: Connection): void {
  watch.onHeld = null;
  watch.onFin = null;
}

/** No more bytes will be looked at: the routes decide by what is known. */
function giveUp(connection: Connection): void {
  stopLooking(connection);
  connection.findings = atEnd(connection);
  connection.send({ type: 'sniffed' });
}

/** What the findings come to when no more bytes will be looked at. */
export function atEnd({ findings, watch }: Connection): ReturnType<typeof settled> {
  const silent: Sniffed = { protocol: 'unknown', silent: true };
  return settled(findings?.sniffed ?? (watch.heldBytes === 0 ? silent : { protocol: 'unknown' }));
}

/** Before TLS: where the listener can terminate it, it has to be known first whether it is TLS. */
function decideOutside(connection: Connection): boolean {
  const { findings, listener } = connection;
  const { tls } = listener;
  if (tls === null || findings === null) return decideHere(connection);
  const { sniffed, possible } = findings;
  if (sniffed === null)
    return possible.has('tls') || mayStartTls(connection, possible) ? false : decideHere(connection);
  if (sniffed.protocol === 'tls') return findings.open ? false : decideTls(connection, sniffed);
  if (sniffed.postgresRequest === 'ssl' && tls.startTls.includes('postgres')) {
    connection.send({ type: 'starttls' });
    return true;
  }
  return decideHere(connection);
}

function mayStartTls({ listener }: Connection, possible: ReadonlySet<string>): boolean {
  return listener.tls?.startTls.some((protocol) => possible.has(protocol)) === true;
}

function decideTls(connection: Connection, hello: Sniffed): boolean {
  const { shard, listener, routes } = connection;
  const covered = shard.certificates[listener.index]?.covers(hello.sni) === true;
  if (!covered || mayTerminate(routes, hello, knownOf(connection)) === 'passthrough')
    return decideHere(connection);
  connection.terminated = hello;
  connection.findings = null;
  connection.send({ type: 'tls' });
  return true;
}

function decideHere(connection: Connection): boolean {
  if (!isDecided(connection)) return false;
  connection.send({ type: 'sniffed' });
  return true;
}

function isDecided(connection: Connection): boolean {
  return decide(connection.routes, knownOf(connection)).kind !== 'undecided';
}
