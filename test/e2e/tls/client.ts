import { testAuthority } from '../../support/certificates.ts';
import type { Child } from '../../support/child.ts';
import { start } from '../../support/process.ts';
import { program } from '../../support/programs.ts';
import type { Sluice } from '../../support/sluice.ts';

export const AUTHORITY = testAuthority();
const SERVER = AUTHORITY.issue({ names: ['edge.test'] });
const CERTIFICATES = `certificates: [{ cert: ${SERVER.certFile}, key: ${SERVER.keyFile}, default: true }]`;

/** The key of a listener that terminates TLS for `edge.test`, with more keys of `tls`. */
export function terminating(...more: readonly string[]): string {
  return `tls: { ${[CERTIFICATES, ...more].join(', ')} }`;
}
export const EDGE = terminating();

/** Starts an s_client that trusts nobody but the listener's certificate; its standard input stays open. */
export function startClient(sluice: Sluice, ...options: readonly string[]): Child {
  const { host, port } = sluice.address();
  return start(program('openssl'), [
    ...['s_client', '-quiet', '-connect', `${host}:${port}`, '-servername', 'edge.test'],
    ...['-CAfile', AUTHORITY.certFile, '-verify_return_error', '-verify_hostname', 'edge.test', ...options],
  ]);
}

/** What a client is answered that asks for a page, whatever comes of it. Rejects where it does not end. */
export async function request(sluice: Sluice, ...options: readonly string[]): Promise<string> {
  const client = startClient(sluice, ...options);
  client.write('GET / HTTP/1.0\r\n\r\n');
  await client.waitFor(() => client.exit ?? undefined, 'its end');
  return client.stdout.toString();
}
