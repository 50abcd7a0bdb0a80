import type { Known } from '../route/index.ts';
import type { Connection } from './connection.ts';

/** What a connection can be routed by, as far as it is known. */
export function knownOf(connection: Connection): Known {
  const { findings, terminated, clientHost, destination, original, clientTls, listener } = connection;
  return {
    findings,
    terminated,
    source: clientHost,
    destination,
    original,
    clientCertificate:
      clientTls === null ? (listener.tls === null ? false : null) : clientTls.peer?.verified === true,
  };
}
