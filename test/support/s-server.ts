import type { TestCertificate } from './certificates.ts';
import type { Child } from './child.ts';
import { freePort } from './ports.ts';
import { start } from './process.ts';
import { program } from './programs.ts';
import { waitForPort } from './wait-for-port.ts';

/** Starts `openssl s_server` with a certificate and these options on a free port of 127.0.0.1, and waits for it. */
export async function startSServer(
  { certFile, keyFile }: TestCertificate,
  options: readonly string[],
): Promise<{ readonly port: number; readonly server: Child }> {
  const port = await freePort();
  const server = start(program('openssl'), [
    ...['s_server', '-accept', `127.0.0.1:${port}`, '-cert', certFile, '-key', keyFile, ...options],
  ]);
  await waitForPort(server, port);
  return { port, server };
}
