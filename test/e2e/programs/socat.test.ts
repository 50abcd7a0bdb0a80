import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Child } from '../../support/child.ts';
import { expectCleanEnd } from '../../support/clean-end.ts';
import { forwardConfig } from '../../support/forward.ts';
import { MIB, sha256OfFile, writeRandomFile } from '../../support/payload.ts';
import { freePort } from '../../support/ports.ts';
import { run, start } from '../../support/process.ts';
import { needs, program } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { tempDir } from '../../support/temp.ts';

/** How long socat keeps the one direction after the other has ended; longer than any transfer here takes. */
const HALF_OPEN = ['-t', '20'];
const PAYLOAD_BYTES = 8 * MIB;

describe('half-closed connections of socat through Sluice', () => {
  needs('socat', 'sha256sum');

  test('a server that answers only after the FIN of the client is heard', async () => {
    const { directory, payload, hash } = makePayload();
    const { sluice } = await startServer(directory, HALF_OPEN, 'SYSTEM:sha256sum');
    const client = await run(program('socat'), [...HALF_OPEN, 'STDIO', target(sluice)], {
      input: readFileSync(payload),
    });
    expect(client.stdout.toString()).toBe(`${hash}  -\n`);
    await expectClosed(sluice, 'client-fin', PAYLOAD_BYTES, client.stdout.length);
  });

  test('a client that sends only after the FIN of the server is heard', async () => {
    const { directory, payload, hash } = makePayload();
    writeFileSync(join(directory, 'greeting'), 'hello');
    const greet = 'OPEN:greeting,rdonly!!OPEN:received,wronly,creat';
    const { sluice, server } = await startServer(directory, HALF_OPEN, greet);
    const client = start(program('socat'), ['-d', '-d', ...HALF_OPEN, target(sluice), 'STDIO']);
    await client.waitForLine(/socket 1 .* is at EOF/);
    await client.waitFor(() => client.stdout.length >= 'hello'.length || undefined, 'the greeting');
    expect(client.stdout.toString()).toBe('hello');
    client.endInput(readFileSync(payload));
    await server.ended;
    expect(sha256OfFile(join(directory, 'received'))).toBe(hash);
    await expectClosed(sluice, 'backend-fin', PAYLOAD_BYTES, 'hello'.length);
  });

  test('a one-way transfer arrives whole', async () => {
    const { directory, payload, hash } = makePayload();
    const { sluice, server } = await startServer(directory, ['-u'], 'OPEN:received,creat');
    await run(program('socat'), ['-u', `FILE:${payload}`, target(sluice)]);
    await server.ended;
    expect(sha256OfFile(join(directory, 'received'))).toBe(hash);
    await expectClosed(sluice, 'client-fin', PAYLOAD_BYTES, 0);
  });
});

function makePayload(): { directory: string; payload: string; hash: string } {
  const directory = tempDir();
  const payload = join(directory, 'payload');
  return { directory, payload, hash: writeRandomFile(payload, PAYLOAD_BYTES) };
}

/** A server for one connection, in `directory`, behind Sluice. */
async function startServer(
  directory: string,
  options: readonly string[],
  address: string,
): Promise<{ sluice: Sluice; server: Child }> {
  const port = await freePort();
  const listen = `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr`;
  const server = start(program('socat'), ['-d', '-d', ...options, listen, address], { cwd: directory });
  await server.waitForLine(/listening on/);
  return {
    server,
    sluice: await startSluice(forwardConfig({ edge: { to: `127.0.0.1:${port}`, health: 'off' } })),
  };
}

function target(sluice: Sluice): string {
  const { host, port } = sluice.address();
  return `TCP:${host}:${port}`;
}

async function expectClosed(sluice: Sluice, reason: string, up: number, down: number): Promise<void> {
  const [closed] = await sluice.waitForClosed(1);
  expect(closed).toMatchObject({ reason, bytes_up: up, bytes_down: down });
  await expectCleanEnd(sluice);
}
