import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Intake } from '../../src/control/intake.ts';
import type { ConnectionId } from '../../src/core/connection-id.ts';
import { FactQueue } from '../../src/core/fact-queue.ts';
import type { Fact } from '../../src/core/facts.ts';
import { COUNTERS } from '../../src/shard-counters.ts';
import { allocateRegions, countersOf, FactsWriter } from '../../src/shared-memory/index.ts';
import { closedFact, errorFact } from '../core/facts.ts';
import { openedFact } from './facts.ts';

const SHARDS = 2;

/** Shards that write facts, and what telemetry gets to read. */
function world(ringBytes?: number) {
  const regions = allocateRegions({
    shards: SHARDS,
    connections: 10,
    countersLength: COUNTERS.length,
    ...(ringBytes === undefined ? {} : { ringBytes }),
  });
  const read: Fact[] = [];
  const queue = new FactQueue(
    () => {},
    () => {},
  );
  queue.subscribe((facts) => read.push(...facts));
  const asked: (readonly [shard: number, connections: readonly ConnectionId[]])[] = [];
  const gone = new Set<ConnectionId>();
  const intake = new Intake(regions, SHARDS, queue, async (shard, connections) => {
    asked.push([shard, connections]);
    return connections.filter((id) => gone.has(id));
  });
  const dropped = [0, 0];
  const writers = dropped.map(
    (_, shard) =>
      new FactsWriter(
        regions.rings[shard] as SharedArrayBuffer,
        () => {
          dropped[shard]!++;
          countersOf(regions, shard)[COUNTERS.factsDropped()]! += 1;
        },
        () => intake.told(),
      ),
  );
  const write = (shard: number, fact: Fact): void => (writers[shard] as FactsWriter).write(fact);
  return { intake, queue, read, write, asked, gone, dropped };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount(), 'timers that nobody cleared').toBe(0);
  vi.useRealTimers();
});

describe('the intake', () => {
  test('reads what shards tell soon after they said so, all of them', () => {
    const { read, write } = world();
    write(0, errorFact('a'));
    write(1, errorFact('b'));
    write(0, errorFact('c'));
    expect(read).toEqual([]);
    vi.runAllTimers();
    expect(read).toEqual([errorFact('a'), errorFact('c'), errorFact('b')]);
  });

  test('when it is far behind it takes turns among the shards, and reads everything', () => {
    const { read, write } = world();
    for (let i = 0; i < 2_500; i++) write(0, errorFact(`0 ${i}`));
    write(1, errorFact('1'));
    vi.runAllTimers();
    expect(read).toHaveLength(2_501);
    expect(read.findIndex((fact) => fact.kind === 'error' && fact.message === '1')).toBe(1_000);
  });

  test('a shard that writes as fast as it is read cannot keep it from coming back', () => {
    const { intake, queue, write, read } = world();
    let refills = 0;
    const refill = (): void => {
      refills++;
      for (let i = 0; i < 1_000; i++) write(0, errorFact(''));
    };
    refill();
    queue.subscribe(() => refill());
    intake.drain();
    expect(refills).toBeGreaterThan(2);
    expect(read.length).toBeLessThan(1_000_000);
    vi.clearAllTimers();
  });

  test('reads a full ring of the smallest facts to its end', () => {
    const { intake, write, read, dropped } = world();
    let written = 0;
    while (dropped[0] === 0) {
      write(0, errorFact(''));
      written++;
    }
    intake.drain();
    expect(read).toHaveLength(written - 1);
    intake.close();
  });

  test('of a dead shard it reads the last facts, tells who lived, and begins anew', () => {
    const { intake, read, write } = world();
    for (const connection of [1, 2]) write(0, openedFact({ connection }));
    write(1, openedFact({ connection: 3 }));
    write(0, closedFact({ connection: 1 }));
    expect(intake.lost(0)).toEqual([openedFact({ connection: 2 })]);
    expect(read).toHaveLength(3);
    expect(intake.lost(0)).toEqual([]);
    intake.close();
    expect(read).toHaveLength(4);
    expect(intake.lost(1)).toEqual([openedFact({ connection: 3 })]);
  });

  test('whose end was dropped is forgotten once the shard was asked, also where it is never idle', async () => {
    const { intake, write, asked, gone, dropped, queue } = world(4096);
    write(0, openedFact({ connection: 1 }));
    write(0, openedFact({ connection: 2 }));
    intake.drain();
    const delivered: Fact[] = [];
    queue.subscribe((facts) => delivered.push(...facts));
    while (dropped[0] === 0) write(0, closedFact({ connection: 99 }));
    write(0, closedFact({ connection: 1 }));
    gone.add(1);
    expect(dropped[0]).toBe(2);
    intake.drain();
    expect(asked).toEqual([[0, [1, 2]]]);
    await vi.runAllTimersAsync();
    expect(intake.lost(0)).toEqual([openedFact({ connection: 2 })]);
    expect(delivered.every((fact) => fact.kind === 'closed' && fact.connection === 99)).toBe(true);
  });

  test('where nothing was dropped nobody is asked', () => {
    const { intake, write, asked } = world();
    write(0, openedFact({ connection: 1 }));
    intake.drain();
    intake.close();
    expect(asked).toEqual([]);
  });
});
