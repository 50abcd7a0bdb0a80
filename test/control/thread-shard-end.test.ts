import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CLOSE_MS_MAX, LEAVE_MS_MAX } from '../../src/control/thread-shard.ts';
import { obedient } from './fake-threads.ts';
import { serving, silentOn, world } from './thread-shard-world.ts';

/** Lets everything that is due, timers of 0 ms included, happen. */
const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount(), 'timers that nobody cleared').toBe(0);
  vi.useRealTimers();
});

describe('a shard of a service that ends', () => {
  test('that is waiting for its restart is not started again, and has nothing to drain', async () => {
    const { threads, shard } = await serving();
    threads.last.die();
    expect(shard.state).toBe('waiting');
    await shard.stopAccepting();
    await shard.empty();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(shard.state).toBe('stopped');
    expect(threads.all).toHaveLength(1);
    await shard.close();
  });

  test('that is being started again as the drain begins is not reported as failed for what it cannot bind', async () => {
    const { threads, shard, told } = await serving();
    threads.starts = false;
    threads.answers = (request) =>
      request.kind === 'prepare'
        ? [{ kind: 'refused', version: 1, code: 'LISTEN_FAILED', message: 'the shard has stopped accepting' }]
        : obedient(request);
    threads.last.die();
    await settle();
    const stopped = shard.stopAccepting();
    threads.last.owner.heard({ kind: 'started' });
    await stopped;
    await shard.empty();
    await settle();
    expect(threads.last.ended).toBe(0);
    expect(told).toEqual(['dead: exited, its thread ended with code 1']);
    await shard.close();
    expect(shard.state).toBe('stopped');
  });

  test('dies while it drains: nobody waits for its connections, and it is not started again', async () => {
    const { threads, shard } = await serving();
    threads.answers = silentOn('stop-accepting');
    const stopped = shard.stopAccepting();
    threads.last.die();
    await stopped;
    await shard.empty();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(shard.state).toBe('stopped');
    expect(threads.all).toHaveLength(1);
  });

  test('that does not close is ended after its time', async () => {
    const { threads, shard, told } = await serving();
    threads.ends = false;
    const closed = shard.close();
    await vi.advanceTimersByTimeAsync(CLOSE_MS_MAX - 1);
    expect(threads.last.ended).toBe(0);
    threads.ends = true;
    await vi.advanceTimersByTimeAsync(1);
    await closed;
    expect(threads.last.ended).toBe(1);
    expect(told, 'an end that was wanted is no failure').toEqual([expect.stringMatching(/^dead: null/)]);
  });

  test('that cannot even be ended is left behind, and keeps nobody waiting', async () => {
    const { threads, shard } = await serving();
    threads.ends = false;
    const closed = shard.close();
    await vi.advanceTimersByTimeAsync(CLOSE_MS_MAX + LEAVE_MS_MAX);
    await closed;
    expect(shard.state).toBe('stopped');
    expect(threads.last.isReferenced).toBe(false);
  });

  test('that was never started closes at once', async () => {
    const { threads, shard } = world();
    await shard.stopAccepting();
    await shard.empty();
    await shard.close();
    expect(threads.all).toEqual([]);
  });
});
