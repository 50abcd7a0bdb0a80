import type { ConnectionEvent } from '../../machines/connection.ts';
import type { Sniffed } from '../core/plan.ts';
import { PROXY_V2_BYTES_MAX } from '../proxy-protocol/index.ts';
import { decide, mayTerminate, settled } from '../route/index.ts';
import { Sniffing } from '../sniff/index.ts';
import type { Connection } from './connection.ts';
import { knownOf } from './known.ts';

/** Entry of `peek`: looks at what comes until the routes agree; not at all where they need no bytes. */
export function peek(connection: Connection): void {
  startPeeking(connection);
  if (connection.listener.tls === null && isDecided(connection)) {
    connection.send({ type: 'sniffed' });
    return;
  }
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

/** What is held is told again only when more may be held than before, which the look for a PROXY header was. */
function startPeeking({ client, listener }: Connection): void {
  const { bytesMax } = listener.sniff;
  client.peek(listener.proxyIn === null ? bytesMax : Math.max(bytesMax, PROXY_V2_BYTES_MAX + 1));
}

/** What follows from the bytes. */
type Next = Extract<ConnectionEvent, { readonly type: 'sniffed' | 'tls' | 'starttls' }>;

/** Asks the sniffers at each arrival, and then `next` what follows from that, until something does. */
function look(connection: Connection, next: (connection: Connection) => Next | null): void {
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
    const findings = sniffing.look(held.subarray(0, bytesMax), atEnd);
    connection.findings = findings;
    atLeast = findings.open ? findings.atLeast : Number.POSITIVE_INFINITY;
    const event = next(connection);
    if (event !== null) {
      stopLooking(connection);
      connection.send(event);
    } else if (!findings.open) giveUp(connection);
  };
  watch.onFin = () => giveUp(connection);
}

export function stopLooking({ watch }: Connection): void {
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
function decideOutside(connection: Connection): Next | null {
  const { findings, listener } = connection;
  const { tls } = listener;
  if (tls === null || findings === null) return decideHere(connection);
  const { sniffed, possible } = findings;
  if (sniffed === null)
    return possible.has('tls') || mayStartTls(connection, possible) ? null : decideHere(connection);
  if (sniffed.protocol === 'tls') return findings.open ? null : decideTls(connection, sniffed);
  if (sniffed.postgresRequest === 'ssl' && tls.startTls.includes('postgres') && isOurs(connection, sniffed))
    return { type: 'starttls' };
  return decideHere(connection);
}

/** Whether no route passes this through as it is. */
function isOurs(connection: Connection, sniffed: Sniffed): boolean {
  return mayTerminate(connection.routes, sniffed, knownOf(connection)) === 'terminate';
}

function mayStartTls({ listener }: Connection, possible: ReadonlySet<string>): boolean {
  return listener.tls?.startTls.some((protocol) => possible.has(protocol)) === true;
}

function decideTls(connection: Connection, hello: Sniffed): Next | null {
  if (!hasCertificateFor(connection, hello) || !isOurs(connection, hello)) return decideHere(connection);
  return terminated(connection, hello);
}

/** Whether TLS with this ClientHello can be terminated here. */
export function hasCertificateFor({ shard, listener }: Connection, hello: Sniffed): boolean {
  return shard.certificates[listener.index]?.covers(hello.sni) === true;
}

/** The ClientHello that is held is answered here; what the client says is found out inside. */
export function terminated(connection: Connection, hello: Sniffed): Next {
  connection.terminated = hello;
  connection.findings = null;
  return { type: 'tls' };
}

function decideHere(connection: Connection): Next | null {
  return isDecided(connection) ? { type: 'sniffed' } : null;
}

function isDecided(connection: Connection): boolean {
  return decide(connection.routes, knownOf(connection)).kind !== 'undecided';
}
