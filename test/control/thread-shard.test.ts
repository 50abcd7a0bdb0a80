import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SHARD_END_MS_MAX, SHARD_RESTART_MS, SHARD_START_MS_MAX } from '../../machines/shard.ts';
import { ShardGone } from '../../src/control/shard-host.ts';
import { obedient } from './fake-threads.ts';
import { planOf, serving, silentOn, world } from './thread-shard-world.ts';

/** Lets everything that is due, timers of 0 ms included, happen. */
const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount(), 'timers that nobody cleared').toBe(0);
  vi.useRealTimers();
});

describe('the first start of a shard', () => {
  test('a thread that ends while it loads fails the start with what it threw, and is not started again', async () => {
    const { threads, shard, told } = world();
    threads.starts = false;
    const start = shard.start();
    threads.last.owner.threw(new Error('no such module'));
    threads.last.die();
    await expect(start).rejects.toMatchObject({
      code: 'SHARD_FAILED',
      message: 'shard 3 did not start: Error: no such module',
    });
    await settle();
    expect(shard.state).toBe('stopped');
    expect(threads.all).toHaveLength(1);
    expect(told).toEqual([expect.stringContaining('dead: threw, Error: no such module')]);
    await shard.close();
  });

  test('a thread that the system does not give fails the start', async () => {
    const { threads, shard } = world();
    threads.refusal = new Error('ERR_WORKER_INIT_FAILED');
    await expect(shard.start()).rejects.toMatchObject({
      code: 'SHARD_FAILED',
      message: expect.stringContaining('ERR_WORKER_INIT_FAILED'),
    });
    await settle();
    expect(shard.state).toBe('stopped');
  });

  test('a thread that never says that it has started is given up after a bounded time', async () => {
    const { threads, shard } = world();
    threads.starts = false;
    const failed = shard.start().catch((error: Error) => error);
    await vi.advanceTimersByTimeAsync(SHARD_START_MS_MAX - 1);
    expect(shard.state).toBe('starting');
    await vi.advanceTimersByTimeAsync(1);
    expect(await failed).toMatchObject({
      code: 'SHARD_FAILED',
      message: `shard 3 did not start: it did not serve ${SHARD_START_MS_MAX} ms after its start`,
    });
    expect(threads.all).toHaveLength(1);
    expect(shard.state).toBe('stopped');
  });

  test.each(['prepare', 'commit'] as const)(
    'a death before the answer to the first %s is the end of it',
    async (kind) => {
      const { threads, shard, state } = world();
      threads.answers = silentOn(kind);
      await shard.start();
      if (kind === 'commit') await shard.prepare(state.plan, {});
      const asked = (kind === 'prepare' ? shard.prepare(state.plan, {}) : shard.commit(1)).catch(
        (error: Error) => error,
      );
      threads.last.die();
      expect(await asked).toBeInstanceOf(ShardGone);
      await settle();
      expect(shard.state).toBe('stopped');
      await expect(shard.commit(1)).rejects.toThrow(ShardGone);
      expect(() => shard.serve()).toThrow('shard 3 is gone: its thread ended with code 1');
      expect(threads.all).toHaveLength(1);
    },
  );
});

describe('a shard that serves', () => {
  test('is started again when it dies, takes the plan in force, and only then counts as running', async () => {
    const { threads, shard, told, state } = await serving();
    state.plan = planOf(7);
    threads.answers = (request) =>
      request.kind === 'prepare'
        ? [{ kind: 'prepared', version: 7, bound: { edge: '127.0.0.1:4711', late: '127.0.0.1:4712' } }]
        : obedient(request);
    threads.last.die();
    expect(shard.state).toBe('waiting');
    await settle();
    expect(threads.last.boot).toMatchObject({ number: 3, generation: 1 });
    expect(threads.last.mail[0]).toMatchObject({ kind: 'prepare', bound: { edge: '127.0.0.1:4711' } });
    expect(threads.last.kinds).toEqual(['prepare', 'commit 7']);
    expect(shard.state).toBe('running');
    expect(told).toEqual([
      'dead: exited, its thread ended with code 1',
      'took 7 {"edge":"127.0.0.1:4711","late":"127.0.0.1:4712"}',
      'restarted 1',
    ]);
    await shard.close();
  });

  test('is given the stages of listeners before its plan when it is started again, so that its first client has them', async () => {
    const { threads, shard, state } = await serving();
    const stages = [{ name: 'a', stage: { kind: 'pass_through' }, since: 0, revision: 1 }] as const;
    state.stages.set('edge', stages);
    threads.last.die();
    await settle();
    expect(threads.last.mail.map(({ kind }) => kind)).toEqual(['stages', 'prepare', 'commit']);
    expect(threads.last.mail[0]).toMatchObject({ listener: 'edge', stages });
    await shard.close();
  });

  test('is told before its plan which connections are inspected, when it is started again', async () => {
    const { threads, shard, state } = await serving();
    state.inspected = { connections: [], listeners: ['edge'] };
    threads.last.die();
    await settle();
    expect(threads.last.mail.map(({ kind }) => kind)).toEqual(['inspect', 'prepare', 'commit']);
    expect(threads.last.mail[0]).toMatchObject({ inspected: state.inspected });
    await shard.close();
  });

  test('takes the next plan too where a reload came while it was started again', async () => {
    const { threads, shard, state } = await serving();
    threads.answers = (request) => {
      if (request.kind === 'commit' && request.version === 1) state.plan = planOf(2);
      return obedient(request);
    };
    threads.last.die();
    await settle();
    expect(threads.last.kinds).toEqual(['prepare', 'commit 1', 'prepare', 'commit 2']);
    expect(shard.state).toBe('running');
    await shard.close();
  });

  test('is started again, after a wait, where it cannot take the plan in force', async () => {
    const { threads, shard, told } = await serving();
    threads.answers = (request) =>
      request.kind === 'prepare'
        ? [{ kind: 'refused', version: 1, code: 'LISTEN_FAILED', message: 'EADDRINUSE' }]
        : obedient(request);
    threads.last.die();
    await settle();
    expect(threads.all).toHaveLength(2);
    expect(threads.last.ended).toBe(1);
    expect(told.at(-1)).toMatch(/^dead: threw, SluiceError: EADDRINUSE/);
    threads.answers = obedient;
    await vi.advanceTimersByTimeAsync(SHARD_RESTART_MS);
    expect(shard.state).toBe('running');
    expect(shard.generation).toBe(2);
    await shard.close();
  });

  test('dies again while it is started again: what it was asked in its life before disturbs nobody', async () => {
    const { threads, shard } = await serving();
    threads.answers = silentOn('prepare');
    threads.last.die();
    await settle();
    threads.last.die();
    threads.answers = obedient;
    await vi.advanceTimersByTimeAsync(SHARD_RESTART_MS);
    expect(shard.state).toBe('running');
    expect(threads.all.map(({ kinds }) => kinds)).toEqual([
      ['prepare', 'commit 1'],
      ['prepare'],
      ['prepare', 'commit 1'],
    ]);
    await shard.close();
  });

  test('has nothing to catch up with where it has the plan in force, and else takes it', async () => {
    const { threads, shard, state } = await serving();
    await shard.catchUp();
    expect(threads.last.kinds).toEqual(['prepare', 'commit 1']);
    state.plan = planOf(2);
    await shard.catchUp();
    expect(threads.last.kinds).toEqual(['prepare', 'commit 1', 'prepare', 'commit 2']);
    await shard.close();
  });

  test('is waited for while it is started again, but not for ever', async () => {
    const { threads, shard } = await serving();
    await shard.settled(10);
    threads.starts = false;
    threads.last.die();
    let isSettled = false;
    void shard.settled(500).then(() => {
      isSettled = true;
    });
    await vi.advanceTimersByTimeAsync(499);
    expect(isSettled).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(isSettled).toBe(true);
    await shard.close();
  });

  test('that hangs is ended, and where its thread does not go it is tried again', async () => {
    const { threads, shard, told } = await serving();
    threads.ends = false;
    shard.silent(2100);
    expect(threads.last.ended).toBe(1);
    await vi.advanceTimersByTimeAsync(SHARD_END_MS_MAX);
    expect(threads.last.ended).toBe(2);
    threads.last.die();
    expect(told).toEqual(['dead: hung, no sign of life for 2100 ms']);
    await settle();
    expect(shard.state).toBe('running');
    threads.ends = true;
    await shard.close();
  });
});
