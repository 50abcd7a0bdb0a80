import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Bound } from '../../src/control/shard-host.ts';
import { Threads } from '../../src/control/threads.ts';
import { closeReasonIndex } from '../../src/core/close-reason.ts';
import { FactQueue } from '../../src/core/fact-queue.ts';
import type { Fact } from '../../src/core/facts.ts';
import { addToWord, writeWord } from '../../src/core/shard-words.ts';
import type { ServiceEvent } from '../../src/core/watcher.ts';
import { COUNTERS } from '../../src/shard-counters.ts';
import { allocateRegions, countersOf, FactsWriter, wordsOf } from '../../src/shared-memory/index.ts';
import { openedFact } from './facts.ts';
import { type FakeThread, FakeThreads } from './fake-threads.ts';
import { planOf } from './plans.ts';

const COUNT = 3;
const FAILED = closeReasonIndex('shard-failed');

/** Shards on fake threads that all serve, their memory, and what their service hears. */
async function serving(hang = '2s') {
  const regions = allocateRegions({ shards: COUNT + 1, connections: 10, countersLength: COUNTERS.length });
  const plan = planOf({ edge: '127.0.0.1:1001' }, undefined, `timeouts: { hang: ${hang} }`);
  const fakes = new FakeThreads();
  const events: ServiceEvent[] = [];
  const facts: Fact[] = [];
  const queue = new FactQueue(
    () => {},
    () => {},
  );
  queue.subscribe((read) => facts.push(...read));
  const threads = new Threads({
    count: COUNT,
    regions,
    epoch: 0,
    startThread: fakes.start,
    facts: queue,
    names: () => ({}),
    stages: () => new Map(),
    inspected: () => ({ connections: [], listeners: [] }),
    enterActor: () => () => {},
    current: () => ({ plan, bound: { edge: '127.0.0.1:1001' } satisfies Bound }),
    took: () => {},
    tell: (event) => events.push(event),
  });
  for (const shard of threads.shards) {
    await shard.start();
    await shard.prepare(plan, {});
    await shard.commit(plan.version);
    shard.serve();
  }
  const thread = (number: number): FakeThread => fakes.all[number] as FakeThread;
  const open = (shard: number, connection: number): void => {
    const { write } = new FactsWriter(
      regions.rings[shard] as SharedArrayBuffer,
      () => {},
      () => threads.intake.told(),
    );
    write(openedFact({ connection }));
    countersOf(regions, shard)[COUNTERS.accepted(0)]! += 1;
  };
  const close = async (): Promise<void> => {
    await Promise.all(threads.shards.map((shard) => shard.close()));
    threads.close();
  };
  return { threads, thread, fakes, regions, events, facts, open, close };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount(), 'timers that nobody cleared').toBe(0);
  vi.useRealTimers();
});

describe('the supervision of shards', () => {
  test('of a shard that dies each connection is told and counted once, and those of the others are not', async () => {
    const { thread, regions, events, facts, open, close } = await serving();
    for (const connection of [1, 2]) open(0, connection);
    open(1, 3);
    thread(0).owner.threw(new Error('boom'));
    thread(0).die();
    const ended = facts.filter((fact) => fact.kind === 'closed');
    expect(ended.map(({ connection, reason }) => [connection, reason])).toEqual([
      [1, 'shard-failed'],
      [2, 'shard-failed'],
    ]);
    expect(countersOf(regions, 0)[COUNTERS.closed(0, FAILED)]).toBe(2);
    expect(countersOf(regions, 1)[COUNTERS.closed(0, FAILED)]).toBe(0);
    await settle();
    expect(events).toMatchObject([
      { event: 'shard.failed', shard: 0, generation: 0, cause: 'threw', connections: 2 },
      { event: 'shard.restarted', shard: 0, generation: 1 },
    ]);
    await close();
    expect(facts.filter((fact) => fact.kind === 'closed')).toHaveLength(3);
  });

  test('two that die at once are both cleared and both started again, and the third is woken for their places', async () => {
    const { threads, thread, fakes, events, facts, open, close } = await serving();
    open(0, 1);
    open(1, 2);
    thread(0).die();
    thread(1).die();
    await settle();
    expect(threads.shards.map(({ state, generation }) => [state, generation])).toEqual([
      ['running', 1],
      ['running', 1],
      ['running', 0],
    ]);
    expect(facts.filter((fact) => fact.kind === 'closed')).toHaveLength(2);
    expect(events.map(({ event }) => event).toSorted()).toEqual([
      'shard.failed',
      'shard.failed',
      'shard.restarted',
      'shard.restarted',
    ]);
    expect(thread(2).kinds.filter((kind) => kind === 'wake')).toHaveLength(2);
    expect(fakes.all).toHaveLength(COUNT + 2);
    await close();
  });

  test('one that gives no sign of life is ended, while those that do are not', async () => {
    const { thread, regions, events, close } = await serving('500ms');
    for (let beats = 0; beats < 12; beats++) {
      for (const shard of [0, 2]) addToWord(wordsOf(regions, shard), 'BEAT', 1);
      await vi.advanceTimersByTimeAsync(100);
    }
    expect([0, 1, 2].map((number) => thread(number).ended)).toEqual([0, 1, 0]);
    expect(events).toMatchObject([
      { event: 'shard.failed', shard: 1, cause: 'hung' },
      { event: 'shard.restarted', shard: 1 },
    ]);
    await close();
  });

  test('a shard asks for another to be woken, and that one is', async () => {
    const { thread, close } = await serving();
    thread(0).owner.heard({ kind: 'wake', shard: 2 });
    expect(thread(2).kinds.at(-1)).toBe('wake');
    expect(thread(1).kinds).not.toContain('wake');
    await close();
  });

  test('when the process exits every shard is told to reset its sockets', async () => {
    const before = process.listeners('exit');
    const { thread, regions, close } = await serving();
    const exit = process.listeners('exit').find((listener) => !before.includes(listener));
    for (const shard of [0, 1, 2]) writeWord(wordsOf(regions, shard), 'GONE', 1);
    (exit as (code: number) => void)(0);
    for (const shard of [0, 1, 2]) expect(thread(shard).kinds.at(-1)).toBe('exit');
    await close();
    expect(process.listeners('exit')).toEqual(before);
  });
});
