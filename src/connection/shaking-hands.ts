import type { Endpoint } from '../core/ports.ts';
import type { TlsFacts, TlsFailure } from '../core/tls.ts';
import type { Connection } from './connection.ts';

/** Entry of `handshake`: answers the ClientHello that is held. */
export function shakeHands(connection: Connection): void {
  const { client, listener, shard, deadlines } = connection;
  const { tls } = listener;
  if (tls === null) throw new Error(`listener "${listener.name}" terminates no TLS`);
  deadlines.cancel('deadline.sniff');
  deadlines.after('deadline.handshake', tls.handshakeMs);
  const handshake = shard.tls.accept(client, tls, {
    secured: (endpoint, facts) => connection.guard(() => secured(connection, endpoint, facts)),
    failed: (failure) => connection.guard(() => failed(connection, failure)),
  });
  // It may have failed at once.
  if (connection.state === 'sniffing') connection.handshake = handshake;
}

/** Exit: an unfinished handshake is given up, and the client is watched as before. */
export function stopShakingHands(connection: Connection): void {
  connection.deadlines.cancel('deadline.handshake');
  const { handshake } = connection;
  if (handshake === null) return;
  connection.handshake = null;
  handshake.cancel();
  connection.client.observe(connection.watch);
}

function secured(connection: Connection, endpoint: Endpoint, facts: TlsFacts): void {
  connection.handshake = null;
  connection.clientTls = facts;
  connection.takeClient(endpoint);
  connection.send({ type: 'secured' });
}

function failed(connection: Connection, { kind, code, message }: TlsFailure): void {
  connection.handshake = null;
  connection.client.observe(connection.watch);
  connection.refusal = `${code}: ${message}`;
  if (kind === 'reset') connection.peerReset('client', code);
  else connection.send({ type: 'handshake.failed', how: 'close' });
}
