import { type Known, settled } from '../route/index.ts';
import type { Connection } from './connection.ts';

/** What a connection can be routed by, as far as it is known. */
export function knownOf({ sniffed, clientHost }: Connection): Known {
  return {
    findings: sniffed === null ? null : settled(sniffed),
    terminated: null,
    source: clientHost,
    destination: null,
    original: null,
    clientCertificate: null,
  };
}
