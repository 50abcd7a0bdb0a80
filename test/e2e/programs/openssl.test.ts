import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Child } from '../../support/child.ts';
import { expectCleanEnd } from '../../support/clean-end.ts';
import { forwardConfig } from '../../support/forward.ts';
import { MIB, sha256, writeRandomFile } from '../../support/payload.ts';
import { freePort } from '../../support/ports.ts';
import { run, start } from '../../support/process.ts';
import { needs, program } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { tempDir } from '../../support/temp.ts';
import { waitForPort } from '../../support/wait-for-port.ts';

describe('TLS passed through Sluice', () => {
  needs('openssl');

  test('s_client verifies the certificate of the server and fetches 5 MiB from it', async () => {
    const tls = await makeCertificate();
    const hash = writeRandomFile(join(tls.directory, 'payload'), 5 * MIB);
    const { sluice } = await startServer(tls, ['-WWW']);
    const client = await run(program('openssl'), clientArgs(tls, sluice), {
      input: 'GET /payload HTTP/1.0\r\n\r\n',
    });
    const answer = client.stdout;
    const body = answer.indexOf('\r\n\r\n') + 4;
    expect(answer.subarray(0, 15).toString()).toBe('HTTP/1.0 200 ok');
    expect(sha256(answer.subarray(body))).toBe(hash);

    const [closed] = await sluice.waitForClosed(1);
    expect(closed?.bytes_down).toBeGreaterThan(answer.length);
    await expectCleanEnd(sluice);
  });

  test('s_client sends 5 MiB and the server has them all when it sees the close_notify', async () => {
    const tls = await makeCertificate();
    const payload = join(tls.directory, 'payload');
    const hash = writeRandomFile(payload, 5 * MIB);
    const { sluice, server } = await startServer(tls, ['-quiet', '-naccept', '1']);
    await run(program('openssl'), [...clientArgs(tls, sluice), '-no_ign_eof', '-nocommands'], {
      input: readFileSync(payload),
    });
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect(sha256(server.stdout)).toBe(hash);

    const [closed] = await sluice.waitForClosed(1);
    expect(closed?.bytes_up).toBeGreaterThan(5 * MIB);
    await expectCleanEnd(sluice);
  });
});

interface TlsFiles {
  readonly directory: string;
  readonly certificate: string;
  readonly key: string;
}

async function makeCertificate(): Promise<TlsFiles> {
  const directory = tempDir();
  const [certificate, key] = [join(directory, 'certificate.pem'), join(directory, 'key.pem')];
  await run(program('openssl'), [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=sluice.test', '-addext', 'subjectAltName=DNS:sluice.test'],
    ...['-keyout', key, '-out', certificate],
  ]);
  return { directory, certificate, key };
}

async function startServer(
  tls: TlsFiles,
  mode: readonly string[],
): Promise<{ sluice: Sluice; server: Child }> {
  const port = await freePort();
  const files = ['-cert', tls.certificate, '-key', tls.key];
  const server = start(program('openssl'), ['s_server', '-accept', `127.0.0.1:${port}`, ...files, ...mode], {
    cwd: tls.directory,
  });
  await waitForPort(server, port);
  return {
    server,
    sluice: await startSluice(forwardConfig({ edge: { to: `127.0.0.1:${port}`, health: 'off' } })),
  };
}

/** The certificate has to be the one the server was given, for the name it was made for. */
function clientArgs(tls: TlsFiles, sluice: Sluice): string[] {
  const { host, port } = sluice.address();
  return [
    ...['s_client', '-quiet', '-connect', `${host}:${port}`, '-servername', 'sluice.test'],
    ...['-CAfile', tls.certificate, '-verify_return_error', '-verify_hostname', 'sluice.test'],
  ];
}
