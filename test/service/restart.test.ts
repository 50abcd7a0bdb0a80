import { BroadcastChannel } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/index.ts';
import type { Plan } from '../../src/core/plan.ts';
import { type Service, startService } from '../../src/service.ts';
import { later } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { dial, hear, serve } from '../support/tcp.ts';

// These run Sluice's built code on threads: threads of Node 20 read no TypeScript.
const shardEntry = new URL('../support/peers/failing-shard.mjs', import.meta.url);
const WORKERS = 2;

function planOf(names: readonly string[], backend: number): Plan {
  const listeners = names.map((name) => `{ name: ${name}, listen: 127.0.0.1:0, to: echo }`);
  const text = `{ listeners: [${listeners.join(', ')}], pools: { echo: { backends: [127.0.0.1:${backend}], health: off } }, workers: ${WORKERS}, telemetry: { access_log: { to: "off" } } }`;
  return parseConfig(text, 'test.yaml').plan;
}

/** A service that is drained with the test, and a way to make one of its shards fail. */
async function running(names: readonly string[]) {
  const echo = await serve((socket) => socket.pipe(socket));
  const service = await startService(planOf(names, echo.port), { shardEntry });
  later(() => service.drain(null).then(() => {}));
  const channel = new BroadcastChannel('failing');
  later(() => channel.close());
  return {
    service,
    port: echo.port,
    fail: (shard: number, how: 'exit' | 'throw'): void => channel.postMessage({ shard, how }),
  };
}

const statesOf = (service: Service): string[] =>
  service.status().shards.map(({ generation, state }) => `${state} ${generation}`);

async function relays(address: string | undefined): Promise<void> {
  const [host = '', port = ''] = (address ?? '').split(':');
  const client = await dial({ host, port: Number(port) });
  const heard = hear(client);
  client.end('still there?');
  expect(await heard).toMatchObject({ bytes: 12, end: 'fin' });
}

test('a listener that was given any port comes back on the same one when its shard is started again', async () => {
  const { service, fail } = await running(['a', 'b']);
  const before = { ...service.listeners };
  for (const shard of [0, 1]) {
    fail(shard, shard === 0 ? 'exit' : 'throw');
    await eventually(() => statesOf(service)[shard] === 'running 1', 'the shard to serve again');
  }
  expect(service.listeners).toEqual(before);
  for (const address of Object.values(before)) await relays(address);
});

test('a reload that meets a dead shard succeeds, and what that shard has to bind is bound when it is back', async () => {
  const { service, port, fail } = await running(['a', 'b']);
  fail(0, 'exit');
  await eventually(() => statesOf(service)[0] !== 'running 0', 'the shard to be found dead');
  await service.reload(planOf(['a', 'b', 'c', 'd'], port));
  await eventually(() => Object.keys(service.listeners).length === 4, 'all four listeners to be bound');
  await eventually(() => statesOf(service)[0] === 'running 1', 'the shard to serve again');
  expect(service.status().shards.map(({ planVersion }) => planVersion)).toEqual([2, 2]);
  for (const address of Object.values(service.listeners)) await relays(address);
});

test('a drain that begins while a shard is dead ends, and nothing is started again', async () => {
  const { service, fail } = await running(['a', 'b']);
  fail(0, 'exit');
  fail(1, 'throw');
  await eventually(
    () => statesOf(service).some((state) => !state.startsWith('running')),
    'a shard to be dead',
  );
  expect(await service.drain(null)).toEqual({ cut: 0 });
  expect(service.status().shards.map(({ state }) => state)).toEqual(['stopped', 'stopped']);
});

test('a reload that was asked for as the drain began is refused, and the drain ends', async () => {
  const { service, port } = await running(['a', 'b']);
  const first = service.reload(planOf(['a', 'b', 'c'], port)).catch((error: Error) => error);
  const second = service.reload(planOf(['a'], port)).catch((error: Error) => error);
  const drained = service.drain(null);
  expect(await first).toMatchObject({ code: 'RELOAD_REFUSED' });
  expect(await second).toMatchObject({ code: 'RELOAD_REFUSED' });
  expect(await drained).toEqual({ cut: 0 });
});
