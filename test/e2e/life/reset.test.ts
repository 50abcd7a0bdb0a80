import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { MIB, sha256 } from '../../support/payload.ts';
import { startSluice } from '../../support/sluice.ts';
import { dial, type Heard, hear, serve, write } from '../../support/tcp.ts';

const BEFORE = Buffer.alloc(3 * MIB, 'bytes before the reset. ');

function forward(port: number, more = ''): string {
  return `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: only }]
pools: { only: { backends: [127.0.0.1:${port}], health: off } }
${more}`;
}

describe('RST', () => {
  test('a client that resets (SO_LINGER 0) is a reset at the backend, after all bytes sent before it', async () => {
    let heard: Promise<Heard> | undefined;
    let received = 0;
    const { port } = await serve((socket) => {
      heard = hear(socket);
      socket.on('data', (data) => {
        received += data.length;
      });
    });
    const sluice = await startSluice(forward(port));
    const client = await dial(sluice.address());
    await write(client, BEFORE);
    await eventually(() => received === BEFORE.length, 'the bytes to arrive');
    client.resetAndDestroy();
    const [log] = await sluice.waitForClosed(1);
    expect(await heard).toEqual({ bytes: BEFORE.length, sha256: sha256(BEFORE), end: 'ECONNRESET' });
    expect(log).toMatchObject({ reason: 'client-reset', by: 'client', bytes_up: BEFORE.length });
  });

  test('a backend that resets (SO_LINGER 0) is a reset at the client, after all bytes sent before it', async () => {
    let backend: Socket | undefined;
    const { port } = await serve((socket) => {
      backend = socket;
      socket.resume();
      socket.write(BEFORE);
    });
    const sluice = await startSluice(forward(port));
    const client = await dial(sluice.address());
    const heard = hear(client);
    await eventually(() => client.bytesRead === BEFORE.length, 'the bytes to arrive');
    backend?.resetAndDestroy();
    expect(await heard).toEqual({ bytes: BEFORE.length, sha256: sha256(BEFORE), end: 'ECONNRESET' });
    const [log] = await sluice.waitForClosed(1);
    expect(log).toMatchObject({ reason: 'backend-reset', by: 'backend', bytes_down: BEFORE.length });
  });

  test('a reader that is slow still gets every byte that came before the reset', async () => {
    let backend: Socket | undefined;
    const { port } = await serve((socket) => {
      backend = socket;
      socket.resume();
    });
    const sluice = await startSluice(forward(port));
    const client = await dial(sluice.address());
    client.pause();
    client.write('x');
    await eventually(() => backend !== undefined, 'the backend to be reached');
    await write(backend as Socket, BEFORE.subarray(0, 256 * 1024));
    await pause(200);
    (backend as Socket).resetAndDestroy();
    await pause(300);
    const heard = await hear(client);
    expect(heard).toMatchObject({ bytes: 256 * 1024, end: 'ECONNRESET' });
    const [log] = await sluice.waitForClosed(1);
    expect(log).toMatchObject({ reason: 'backend-reset', bytes_down: 256 * 1024 });
  });

  test('idle, stalled and killed streams end in RST on both sides, never in a FIN', async () => {
    let atBackend: Promise<Heard> | undefined;
    const { port } = await serve((socket) => {
      atBackend = hear(socket);
    });
    const sluice = await startSluice(forward(port, 'timeouts: { idle: 300ms }'));
    const client = await dial(sluice.address());
    expect(await hear(client)).toMatchObject({ end: 'ECONNRESET' });
    expect(await atBackend).toMatchObject({ end: 'ECONNRESET' });
    const [log] = await sluice.waitForClosed(1);
    expect(log).toMatchObject({ reason: 'idle-timeout', by: 'proxy' });
  });

  test('a refused backend is a reset at the client, not an empty answer', async () => {
    const { port, server } = await serve(() => {});
    await new Promise((resolve) => server.close(resolve));
    const sluice = await startSluice(
      forward(port).replace('health: off', 'health: off, connect: { retries: 1 }'),
    );
    const client = await dial(sluice.address());
    expect(await hear(client)).toMatchObject({ bytes: 0, end: 'ECONNRESET' });
    const [log] = await sluice.waitForClosed(1);
    expect(log).toMatchObject({ reason: 'connect-refused', during: 'dialing', attempts: 2 });
  });
});
