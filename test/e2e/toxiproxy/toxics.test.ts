import type { Toxiproxy } from 'toxiproxy-node-client';
import { beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { sha256 } from '../../support/payload.ts';
import { hasReadAll } from '../../support/proc.ts';
import { dial, type Heard, hear, serve, write } from '../../support/tcp.ts';
import { ask, echoServer, makeProxy, placeOf, startApi } from './api.ts';

let api: Toxiproxy;
let echo: number;

beforeAll(async () => {
  ({ api } = await startApi());
  echo = (await echoServer()).port;
});

/** Both of a connection that was open before, and of one that comes after. */
async function bothOf<T>(
  name: string,
  change: (proxy: Awaited<ReturnType<typeof makeProxy>>) => Promise<unknown>,
  look: (socket: Awaited<ReturnType<typeof dial>>) => Promise<T>,
  port = echo,
): Promise<T[]> {
  const proxy = await makeProxy(api, port, name);
  const open = await dial(placeOf(proxy));
  expect(await ask(open)).toEqual(expect.any(Number));
  await change(proxy);
  const fresh = await dial(placeOf(proxy));
  const seen = await Promise.all([look(open), look(fresh)]);
  await proxy.remove();
  return seen;
}

const toxic = (type: string, attributes: Record<string, number>, more: object = {}) =>
  ({ name: `${type}_x`, type, stream: 'downstream', toxicity: 1, attributes, ...more }) as never;

describe('toxics by the client library, on connections that are open and on new ones', () => {
  test('latency delays each answer, more when it is changed, and no more when it was taken away', async () => {
    const proxy = await makeProxy(api, echo, 'latency');
    const open = await dial(placeOf(proxy));
    expect(await ask(open)).toEqual(expect.any(Number));
    const added = await proxy.addToxic(toxic('latency', { latency: 300, jitter: 0 }));
    expect(added.toJson()).toEqual({
      name: 'latency_x',
      type: 'latency',
      stream: 'downstream',
      toxicity: 1,
      attributes: { latency: 300, jitter: 0 },
    });
    const fresh = await dial(placeOf(proxy));
    const slow = await Promise.all([ask(open), ask(fresh)]);
    expect(Math.min(...slow.map(Number))).toBeGreaterThanOrEqual(290);
    await added.update(toxic('latency', { latency: 1500, jitter: 0 }));
    expect((await proxy.getToxic('latency_x')).attributes).toEqual({ latency: 1500, jitter: 0 });
    const slower = await Promise.all([ask(open), ask(fresh)]);
    expect(Math.min(...slower.map(Number))).toBeGreaterThanOrEqual(1490);
    await added.remove();
    const after = await Promise.all([ask(open), ask(fresh)]);
    expect(Math.max(...after.map(Number))).toBeLessThan(1490);
  });

  test('of both streams add up', async () => {
    const times = await bothOf(
      'both',
      async (proxy) => {
        await proxy.addToxic(toxic('latency', { latency: 200 }, { name: 'up', stream: 'upstream' }));
        await proxy.addToxic(toxic('latency', { latency: 200 }, { name: 'down' }));
      },
      (socket) => ask(socket),
    );
    expect(Math.min(...times.map(Number))).toBeGreaterThanOrEqual(390);
  });

  test('bandwidth lets so many kilobytes pass a second', async () => {
    const text = 'x'.repeat(60_000);
    const times = await bothOf(
      'bandwidth',
      (proxy) => proxy.addToxic(toxic('bandwidth', { rate: 100 })),
      (socket) => ask(socket, text),
    );
    expect(Math.min(...times.map(Number))).toBeGreaterThanOrEqual(500);
  });

  test('slicer cuts what passes, with a pause between the pieces', async () => {
    const text = 'x'.repeat(1000);
    const times = await bothOf(
      'slicer',
      (proxy) => proxy.addToxic(toxic('slicer', { average_size: 100, size_variation: 0, delay: 40_000 })),
      (socket) => ask(socket, text),
    );
    expect(Math.min(...times.map(Number))).toBeGreaterThanOrEqual(9 * 40 - 20);
  });

  test('limit_data ends a connection after so many bytes', async () => {
    const heard = await bothOf(
      'limit',
      (proxy) => proxy.addToxic(toxic('limit_data', { bytes: 100 })),
      async (socket) => {
        const end = hear(socket);
        await write(socket, Buffer.alloc(300));
        const { bytes, end: how } = await end;
        return { bytes, how };
      },
    );
    expect(heard).toEqual([
      { bytes: 100, how: 'fin' },
      { bytes: 100, how: 'fin' },
    ]);
  });

  test('slow_close makes the end late', async () => {
    const times = await bothOf(
      'slow',
      (proxy) => proxy.addToxic(toxic('slow_close', { delay: 400 })),
      async (socket) => {
        await ask(socket);
        const began = performance.now();
        const end = hear(socket);
        socket.end();
        expect((await end).end).toBe('fin');
        return performance.now() - began;
      },
    );
    expect(Math.min(...times)).toBeGreaterThanOrEqual(390);
  });

  test('timeout lets nothing pass and ends the connection after its time', async () => {
    const heard = await bothOf(
      'timeout',
      (proxy) => proxy.addToxic(toxic('timeout', { timeout: 500 })),
      (socket) => {
        socket.write('ping');
        return hear(socket);
      },
    );
    expect(heard.map(({ bytes, end }) => [bytes, end])).toEqual([
      [0, 'fin'],
      [0, 'fin'],
    ]);
  });

  test('timeout of 0 is a black hole until it is taken away, which ends the connections', async () => {
    const proxy = await makeProxy(api, echo, 'hole');
    const sockets = [await dial(placeOf(proxy))];
    await ask(sockets[0] as never);
    const hole = await proxy.addToxic(toxic('timeout', { timeout: 0 }));
    sockets.push(await dial(placeOf(proxy)));
    const heard = sockets.map((socket) => hear(socket));
    for (const socket of sockets) await write(socket, Buffer.from('ping'));
    await eventually(() => hasReadAll(placeOf(proxy).port), 'the hole to have swallowed both');
    await hole.remove();
    expect((await Promise.all(heard)).map(({ bytes, end }) => [bytes, end])).toEqual([
      [0, 'fin'],
      [0, 'fin'],
    ]);
    expect(await ask(await dial(placeOf(proxy)))).toEqual(expect.any(Number));
  });

  test('reset_peer resets the connection with the first byte, and leaves an idle one alone', async () => {
    const proxy = await makeProxy(api, echo, 'reset');
    const idle = await dial(placeOf(proxy));
    await ask(idle);
    const open = await dial(placeOf(proxy));
    await ask(open);
    const reset = await proxy.addToxic(toxic('reset_peer', { timeout: 0 }));
    const fresh = await dial(placeOf(proxy));
    expect(await Promise.all([ask(open), ask(fresh)])).toEqual(['ECONNRESET', 'ECONNRESET']);
    await reset.remove();
    expect(await ask(idle)).toEqual(expect.any(Number));
  });

  test('of a toxicity of 0 affect nobody, and of 1 everybody', async () => {
    const proxy = await makeProxy(api, echo, 'toxicity');
    const added = await proxy.addToxic(toxic('timeout', { timeout: 0 }, { toxicity: 0 }));
    const sockets = await Promise.all(Array.from({ length: 10 }, () => dial(placeOf(proxy))));
    for (const socket of sockets) expect(await ask(socket)).toEqual(expect.any(Number));
    await added.update(toxic('timeout', { timeout: 100 }, { toxicity: 1 }));
    expect(await ask(await dial(placeOf(proxy)))).toBe('fin');
  });

  test('stay with a proxy that is closed and opened, and go with a reset', async () => {
    const proxy = await makeProxy(api, echo, 'stays');
    const { name: _, ...said } = proxy.toJson();
    await proxy.addToxic(toxic('latency', { latency: 1000 }));
    await proxy.update({ ...said, enabled: false });
    await proxy.update(said);
    const socket = await dial(placeOf(proxy));
    expect(Number(await ask(socket))).toBeGreaterThanOrEqual(990);
    const all = await api.getAll();
    expect(Object.keys(all)).toContain('stays');
    await api.reset();
    expect(Number(await ask(socket))).toBeLessThan(990);
    await expect(proxy.getToxic('latency_x')).rejects.toThrow('404');
  });

  test('on what was sent already lose nothing and change no order when they go', async () => {
    const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, at) => at % 251));
    const heard: Promise<Heard>[] = [];
    const { port } = await serve((socket) => void heard.push(hear(socket).finally(() => socket.end())));
    const proxy = await makeProxy(api, port, 'order');
    const socket = await dial(placeOf(proxy));
    const slow = await proxy.addToxic(toxic('bandwidth', { rate: 50 }, { stream: 'upstream' }));
    const sent = write(socket, bytes);
    await slow.update(toxic('bandwidth', { rate: 500 }));
    await slow.remove();
    await sent;
    socket.end();
    const { end } = await hear(socket);
    expect([await heard[0], end]).toEqual([
      { bytes: bytes.length, sha256: sha256(bytes), end: 'fin' },
      'fin',
    ]);
  });
});
