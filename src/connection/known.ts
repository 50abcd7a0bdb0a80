import type { Known } from '../route/index.ts';
import type { Connection } from './connection.ts';
import { originalOf } from './original.ts';

/** What a connection can be routed by as it is now: of TLS that was not terminated no certificate is ever seen. */
export function knownOf(connection: Connection): Known {
  const { findings, terminated, clientHost, destination, clientTls } = connection;
  return {
    findings,
    terminated,
    source: clientHost,
    destination,
    original: originalOf(connection),
    clientCertificate: clientTls?.peer?.verified === true,
  };
}
