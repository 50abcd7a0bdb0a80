import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SendQueues } from '../../src/plane/net/send-queue.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => vi.useRealTimers());

const HERE = { host: '10.0.0.1', port: 1 };
const THERE = { host: '10.0.0.2', port: 2 };
const KEY = '0100000A:0001 0200000A:0002';

/** Looks that take so long, at tables in which one socket has bytes waiting; when they began. */
function slowLooks(ms: number) {
  const at: number[] = [];
  const read = async () => {
    at.push(performance.now());
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
    return new Map([[KEY, 1]]);
  };
  return { at, read };
}

function gaps(times: readonly number[]): number[] {
  return times.slice(1).map((time, index) => time - (times[index] as number));
}

describe('the looks at the send queues of all sockets', () => {
  it('use a tenth of the time however long the tables are and however many come to wait', async () => {
    const { at, read } = slowLooks(40);
    const queues = new SendQueues(read);
    queues.wait(HERE, THERE, vi.fn(), vi.fn());
    for (let port = 3; port < 203; port++) {
      await vi.advanceTimersByTimeAsync(10);
      queues.wait(HERE, { ...THERE, port }, vi.fn(), vi.fn());
    }
    expect(at.length).toBeGreaterThan(3);
    for (const gap of gaps(at)) expect(gap).toBeGreaterThanOrEqual(400);
    queues.close();
  });

  it('follow one another closely where they cost nothing, and further apart while nothing new waits', async () => {
    const { at, read } = slowLooks(0);
    const queues = new SendQueues(read);
    queues.wait(HERE, THERE, vi.fn(), vi.fn());
    await vi.advanceTimersByTimeAsync(500);
    expect(gaps(at).slice(0, 6)).toEqual([2, 4, 8, 16, 32, 50]);
    queues.close();
  });

  it('tell who waits in the first one that finds the queue empty', async () => {
    const full = new Map([[KEY, 3]]);
    const queues = new SendQueues(async () => new Map(full));
    const [progress, empty] = [vi.fn(), vi.fn()];
    queues.wait(HERE, THERE, progress, empty);
    await vi.advanceTimersByTimeAsync(20);
    full.set(KEY, 1);
    await vi.advanceTimersByTimeAsync(60);
    expect([progress.mock.calls.length, empty.mock.calls.length]).toEqual([1, 0]);
    full.clear();
    await vi.advanceTimersByTimeAsync(60);
    expect(empty).toHaveBeenCalledOnce();
    queues.close();
  });
});
