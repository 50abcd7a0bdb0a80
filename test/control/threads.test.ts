import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { SHARD_START_MS_MAX } from '../../machines/shard.ts';
import { parseConfig } from '../../src/config/index.ts';
import { Memory, threadStarter } from '../../src/control/index.ts';
import { ThreadShard } from '../../src/control/thread-shard.ts';
import { connectionId } from '../../src/core/connection-id.ts';
import type { Plan } from '../../src/core/plan.ts';
import { HEALTHY } from '../../src/core/upstream-table.ts';
import { startService } from '../../src/service.ts';
import { SHARD_ENTRY } from '../../src/shard-boot.ts';
import { upstreamTableOf } from '../../src/shared-memory/index.ts';
import { later } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { dial, hear, serve } from '../support/tcp.ts';

/** These run Sluice's built code on threads: threads of Node 20 read no TypeScript. */
const TIMES = 10;
const WORKERS = 2;

function planOf(listeners: readonly string[], backend = 9, workers = WORKERS): Plan {
  const text = `{ listeners: [${listeners
    .map((listen, index) => `{ name: l${index}, listen: "${listen}", to: p }`)
    .join(
      ', ',
    )}], pools: { p: { backends: [127.0.0.1:${backend}], health: off } }, workers: ${workers}, telemetry: { access_log: { to: "off" } } }`;
  return parseConfig(text, 'test.yaml').plan;
}

const TWO = ['127.0.0.1:0', '127.0.0.1:0'];

/** Code of a thread that is no shard. */
const entry = (code: string): URL => new URL(`data:text/javascript,${encodeURIComponent(code)}`);

/** What this process has open, by the system and by Node: how many of each kind. */
function open(): Map<string, number> {
  const counts = new Map<string, number>();
  const count = (kind: string, by = 1): void => void counts.set(kind, (counts.get(kind) ?? 0) + by);
  count('threads', readdirSync('/proc/self/task').length);
  count('descriptors', readdirSync('/proc/self/fd').length);
  for (const resource of process.getActiveResourcesInfo()) count(`resource ${resource}`);
  for (const emitter of [process, process.stdout, process.stderr])
    for (const name of emitter.eventNames()) count(`listener ${String(name)}`, emitter.listenerCount(name));
  return counts;
}

/** Runs it once, since some things are opened once and kept, then checks that it leaves nothing open, however often. */
async function leavesNothing(times: number, run: () => Promise<void>): Promise<void> {
  await run();
  const before = open();
  for (let i = 0; i < times; i++) await run();
  const left = (): string[] =>
    [...open()].flatMap(([kind, now]) => {
      const was = before.get(kind) ?? 0;
      return now > was ? [`${kind}: ${was}, then ${now}`] : [];
    });
  await eventually(() => left().length === 0, 'all that was opened to be closed', 5_000).catch(() => {});
  expect(left()).toEqual([]);
}

async function relays(address: string | undefined): Promise<void> {
  const [host = '', port = ''] = (address ?? '').split(':');
  const client = await dial({ host, port: Number(port) });
  const heard = hear(client);
  client.end('through a thread');
  expect(await heard).toMatchObject({ bytes: 16, end: 'fin' });
  client.destroy();
}

test('a shard on a thread tells which connections it has no more', async () => {
  const echo = await serve((socket) => socket.pipe(socket));
  const plan = planOf(['127.0.0.1:0'], echo.port, 1);
  const { regions } = new Memory(plan);
  upstreamTableOf(regions).setHealth(0, HEALTHY);
  upstreamTableOf(regions).setWeight(0, 1);
  const shard = new ThreadShard({
    number: 0,
    regions,
    epoch: 0,
    startThread: threadStarter(SHARD_ENTRY),
    stages: () => new Map(),
    inspected: () => ({ connections: [], listeners: [] }),
    enterActor: () => () => {},
    current: () => ({ plan, bound: {} }),
    names: () => ({}),
    took: () => {},
    facts: () => {},
    wake: () => {},
    dead: () => {},
    restarted: () => {},
  });
  await shard.start();
  later(() => shard.close());
  const { l0 = '' } = await shard.prepare(plan, {});
  await shard.commit(plan.version);
  shard.serve();
  const client = await dial({ host: '127.0.0.1', port: Number(l0.split(':')[1]) });
  client.write('x');
  await once(client, 'data');
  const [lives, never] = [connectionId(0, 0, 0), connectionId(0, 0, 1)];
  expect(await shard.census([never, lives])).toEqual([never]);
  client.destroy();
  await eventually(async () => (await shard.census([lives])).length === 1, 'the connection to be gone');
});

describe('a service with shards on threads', () => {
  test(`started, used and stopped ${TIMES} times leaves no thread, handle, listener or descriptor`, async () => {
    const echo = await serve((socket) => socket.pipe(socket));
    const plan = planOf(TWO, echo.port);
    const warnings: string[] = [];
    const warned = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', warned);
    later(() => void process.off('warning', warned));
    await leavesNothing(TIMES, async () => {
      const service = await startService(plan);
      for (const address of Object.values(service.listeners)) await relays(address);
      await service.drain(null);
    });
    expect(warnings).toEqual([]);
  }, 120_000);

  test('eleven at once give no warning of too many listeners', async () => {
    const warnings: string[] = [];
    const warned = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', warned);
    later(() => void process.off('warning', warned));
    const services = await Promise.all(Array.from({ length: 11 }, () => startService(planOf(TWO, 9, 1))));
    await Promise.all(services.map((service) => service.drain(null)));
    expect(warnings).toEqual([]);
  });

  test('an address that is taken fails the start, and leaves nothing', async () => {
    const taken = await serve(() => {});
    const plan = planOf(['127.0.0.1:0', `127.0.0.1:${taken.port}`]);
    await leavesNothing(3, async () => {
      await expect(startService(plan)).rejects.toMatchObject({ code: 'LISTEN_FAILED' });
    });
  });

  test.each([
    ['throws at load', 'throw new Error("boom")', /^shard \d did not start: Error: boom$/],
    ['exits at load', 'process.exit(3)', /^shard \d did not start: its thread ended with code 3$/],
    ['does not exist', null, /^shard \d did not start: Error: Cannot find module/],
    [
      'dies of its first plan',
      'import { parentPort } from "node:worker_threads"; parentPort.postMessage({ kind: "started" }); parentPort.once("message", () => process.exit(4))',
      /^shard \d is gone: its thread ended with code 4$|^no shard is running$/,
    ],
  ])('a thread whose code %s fails the start at once, and leaves nothing', async (_what, code, message) => {
    const shardEntry = code === null ? new URL('./no-such-shard.js', import.meta.url) : entry(code);
    await leavesNothing(2, async () => {
      await expect(startService(planOf(TWO), { shardEntry })).rejects.toMatchObject({
        code: 'SHARD_FAILED',
        message: expect.stringMatching(message),
      });
    });
  });

  test('a thread that hangs while it loads is given up after its time, and leaves nothing', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    later(() => void vi.useRealTimers());
    await leavesNothing(1, async () => {
      const failed = startService(planOf(TWO), { shardEntry: entry('for (;;);') }).catch(
        (error: Error) => error,
      );
      let isOver = false;
      void failed.finally(() => {
        isOver = true;
      });
      await vi.advanceTimersByTimeAsync(SHARD_START_MS_MAX);
      while (!isOver) {
        await vi.advanceTimersByTimeAsync(1);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await failed).toMatchObject({
        code: 'SHARD_FAILED',
        message: expect.stringMatching(/did not serve 20000 ms after its start/),
      });
    });
  });
});
