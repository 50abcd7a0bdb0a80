import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { MIB, sha256 } from '../../support/payload.ts';
import { freePort } from '../../support/ports.ts';
import { startSluice } from '../../support/sluice.ts';
import { dial, hear, serve, write } from '../../support/tcp.ts';

const ANSWER = Buffer.alloc(100_000_000, 'an answer that takes its time. ');

/** The answer comes only after this long, when the request's FIN is long past. The wait is what is tested. */
const LATE_MS = 2000;

function forward(port: number, more = ''): string {
  return `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: only }]
pools: { only: { backends: [127.0.0.1:${port}], health: off } }
${more}`;
}

describe('half-close', () => {
  test('a client that sends a request and FIN at once gets all of an answer that comes two seconds later', async () => {
    const { port } = await serve((socket) => {
      hear(socket).then(async () => {
        await pause(LATE_MS);
        socket.end(ANSWER);
      });
    });
    const sluice = await startSluice(forward(port));
    const client = await dial(sluice.address());
    const heard = hear(client);
    client.end('request');
    expect(await heard).toEqual({ bytes: ANSWER.length, sha256: sha256(ANSWER), end: 'fin' });
    const [log] = await sluice.waitForClosed(1);
    expect(log).toMatchObject({ reason: 'client-fin', bytes_up: 7, bytes_down: ANSWER.length });
    expect(Object.keys((log as unknown as { states: object }).states)).toContain('half-closed-client');
  });

  test('a backend that greets and sends FIN at once gets all of what the client sends two seconds later', async () => {
    let atBackend: ReturnType<typeof hear> | undefined;
    const { port } = await serve((socket) => {
      atBackend = hear(socket);
      socket.end('greeting');
    });
    const sluice = await startSluice(forward(port));
    const client = await dial(sluice.address());
    expect(await hear(client)).toMatchObject({ bytes: 8, end: 'fin' });
    await pause(LATE_MS);
    client.end(ANSWER);
    const [log] = await sluice.waitForClosed(1);
    expect(await atBackend).toEqual({ bytes: ANSWER.length, sha256: sha256(ANSWER), end: 'fin' });
    expect(log).toMatchObject({ reason: 'backend-fin', bytes_up: ANSWER.length, bytes_down: 8 });
    expect(Object.keys((log as unknown as { states: object }).states)).toContain('half-closed-backend');
  });

  test('a FIN that comes while no backend is reached yet is kept, and passed on when one is', async () => {
    const port = await freePort();
    const sluice = await startSluice(
      forward(port).replace('health: off', 'health: off, connect: { retries: 20 }'),
    );
    const client = await dial(sluice.address());
    const heard = hear(client);
    client.end('early');
    await pause(500);
    await serve((socket) => {
      hear(socket).then((heard) => socket.end(`heard ${heard.bytes}`));
    }, port);
    expect(await heard).toMatchObject({ bytes: 'heard 5'.length, end: 'fin' });
    const [log] = await sluice.waitForClosed(1);
    expect(log).toMatchObject({ reason: 'client-fin', bytes_up: 5 });
  });

  test('the silence of the other side is ended by timeouts.half_closed, with a RST and no FIN', async () => {
    const { port } = await serve((socket) => void socket.resume());
    const sluice = await startSluice(forward(port, 'timeouts: { half_closed: 300ms }'));
    const client = await dial(sluice.address());
    const heard = hear(client);
    client.end('no answer will come');
    expect(await heard).toMatchObject({ bytes: 0, end: 'ECONNRESET' });
    const [log] = await sluice.waitForClosed(1);
    expect(log).toMatchObject({ reason: 'half-closed-timeout', during: 'half-closed-client' });
  });

  test('bytes that go on flowing after a half-close renew its deadline', async () => {
    const beats = 10;
    const { port } = await serve((socket) => {
      hear(socket).then(async () => {
        for (let i = 0; i < beats; i++) {
          await pause(250);
          await write(socket, Buffer.alloc(MIB));
        }
        socket.end();
      });
    });
    const sluice = await startSluice(forward(port, 'timeouts: { half_closed: 2s }'));
    const client = await dial(sluice.address());
    const heard = hear(client);
    client.end();
    expect(await heard).toMatchObject({ bytes: beats * MIB, end: 'fin' });
  });
});
