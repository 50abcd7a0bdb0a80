import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { MIB, sha256 } from '../../support/payload.ts';
import { portOf, reports } from '../../support/peers.ts';
import { freePort } from '../../support/ports.ts';
import { start } from '../../support/process.ts';
import { needs, program } from '../../support/programs.ts';
import { startSluice } from '../../support/sluice.ts';
import { dial, type Heard, hear, serve, write } from '../../support/tcp.ts';

const RESETS = 300;
const AT_ONCE = 5;
const METRICS = 'telemetry: { metrics: { prometheus: 127.0.0.1:0 } }';
const PEER = fileURLToPath(new URL('../../support/peers/ends-backend.py', import.meta.url));
const BEFORE = Buffer.alloc(3 * MIB, 'bytes before the reset. ');

function forward(port: number, more = ''): string {
  return `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: only }]
pools: { only: { backends: [127.0.0.1:${port}], health: off } }
${more}`;
}

describe('RST', () => {
  needs('python3');

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
    expect(log).toMatchObject({
      reason: 'client-reset',
      by: 'client',
      error: 'ECONNRESET',
      bytes_up: BEFORE.length,
    });
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
    expect(log).toMatchObject({
      reason: 'backend-reset',
      by: 'backend',
      error: 'ECONNRESET',
      bytes_down: BEFORE.length,
    });
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
    expect(await eventually(() => atBackend, 'the backend to be reached')).toMatchObject({
      end: 'ECONNRESET',
    });
    const [log] = await sluice.waitForClosed(1);
    expect(log).toMatchObject({ reason: 'idle-timeout', by: 'proxy' });
  });

  test('a refused backend is a reset at the client, not an empty answer', async () => {
    const sluice = await startSluice(
      forward(await freePort()).replace('health: off', 'health: off, connect: { retries: 1 }'),
    );
    const client = await dial(sluice.address());
    expect(await hear(client)).toMatchObject({ bytes: 0, end: 'ECONNRESET' });
    const [log] = await sluice.waitForClosed(1);
    expect(log).toMatchObject({ reason: 'connect-refused', during: 'dialing', attempts: 2 });
  });

  test('300 clients that reset at any moment are never a clean end at the backend', async () => {
    const backend = start(program('python3'), ['-u', PEER]);
    const sluice = await startSluice(forward(await portOf(backend), METRICS));
    const { host, port } = sluice.address();
    for (let id = 0; id < RESETS; id += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => sendAndReset(host, port, id + i)));
    }
    await eventually(async () => {
      const metrics = await sluice.scrape();
      return metrics.sum('sluice_accepted_total') + metrics.sum('sluice_gone_total') === RESETS;
    }, 'every client to be counted');
    const accepted = (await sluice.scrape()).sum('sluice_accepted_total');
    const logs = await sluice.waitForClosed(accepted);
    const joined = logs.filter((log) => log.backend !== null);
    const ends = await eventually(() => {
      const seen = reports<{ end?: string }>(backend).filter((line) => line.end !== undefined);
      return seen.length >= joined.length && seen;
    }, 'every connection to end at the backend');
    expect(ends.filter((line) => line.end === 'fin')).toEqual([]);
    expect(logs.filter((log) => log.reason !== 'client-reset')).toEqual([]);
    console.log(`of ${RESETS} clients ${accepted} were accepted, ${joined.length} had a backend`);
  });
});

/** Sends some bytes, or none, and resets in the same turn, after a turn, or a few milliseconds later. */
async function sendAndReset(host: string, port: number, id: number): Promise<void> {
  const socket = await dial({ host, port });
  socket.resume();
  socket.write(BEFORE.subarray(0, 1 + ((id * 7919) % 200_000)));
  if (id % 3 > 0) await pause(id % 3 === 1 ? 0 : id % 29);
  socket.resetAndDestroy();
}
