import { describe, expect, test } from 'vitest';
import type { StickyPlan } from '../../src/core/plan.ts';
import { STICKY_WAYS } from '../../src/core/sticky.ts';
import { allocateRegions, createSticky, reapSticky } from '../../src/shared-memory/index.ts';

const PLAN: StickyPlan = { on: 'source', tlv: 0, expiryMs: 60_000, clientsMax: 1000 };
/** A wall time whose tenths of a second do not fit in 31 bits, as those of this century. */
const NOW = 1_790_000_000_000;

function hands(shards = 2) {
  const regions = allocateRegions({ shards, connections: 10, countersLength: 1, ringBytes: 1024 });
  return { regions, hands: Array.from({ length: shards }, (_, shard) => createSticky(regions, shard)) };
}

describe('what is remembered of clients', () => {
  test('is the same on every shard, and of each pool its own', () => {
    const [one, other] = hands().hands as [ReturnType<typeof createSticky>, ReturnType<typeof createSticky>];
    expect(one.find(3, PLAN, '10.0.0.1', NOW)).toBeNull();
    expect(one.keep(3, PLAN, '10.0.0.1', -7, NOW)).toBe(true);
    expect(other.find(3, PLAN, '10.0.0.1', NOW)).toBe(-7);
    expect(other.find(4, PLAN, '10.0.0.1', NOW)).toBeNull();
    expect(other.find(3, PLAN, '10.0.0.2', NOW)).toBeNull();
    other.keep(3, PLAN, '10.0.0.1', 8, NOW);
    expect(one.find(3, PLAN, '10.0.0.1', NOW)).toBe(8);
  });

  test('expires, and each use begins the time anew', () => {
    const [one] = hands(1).hands as [ReturnType<typeof createSticky>];
    one.keep(0, PLAN, 'a', 1, NOW);
    expect(one.find(0, PLAN, 'a', NOW + 59_000)).toBe(1);
    one.keep(0, PLAN, 'a', 1, NOW + 50_000);
    expect(one.find(0, PLAN, 'a', NOW + 109_000)).toBe(1);
    expect(one.find(0, PLAN, 'a', NOW + 111_000)).toBeNull();
  });

  test('is never of more clients than the pool may have; who was away longest is forgotten first, and that is told', () => {
    const [one] = hands(1).hands as [ReturnType<typeof createSticky>];
    const small = { ...PLAN, clientsMax: 10 };
    const told = Array.from({ length: 25 }, (_, n) => one.keep(0, small, `c${n}`, n, NOW + n * 1000));
    expect(told.filter((free) => !free)).toHaveLength(15);
    const kept = Array.from({ length: 25 }, (_, n) => one.find(0, small, `c${n}`, NOW + 25_000));
    expect(kept).toEqual(Array.from({ length: 25 }, (_, n) => (n < 15 ? null : n)));
  });

  test('an expired client makes room without being counted as forgotten', () => {
    const [one] = hands(1).hands as [ReturnType<typeof createSticky>];
    const small = { ...PLAN, clientsMax: 1 };
    expect(one.keep(0, small, 'a', 1, NOW)).toBe(true);
    expect(one.keep(0, small, 'b', 2, NOW + 61_000)).toBe(true);
    expect(one.keep(0, small, 'c', 3, NOW + 62_000)).toBe(false);
  });

  test('of a crowd half as big as the room nearly all are remembered, and of one twice as big no more than fit', () => {
    const [one] = hands(1).hands as [ReturnType<typeof createSticky>];
    const room = { ...PLAN, clientsMax: 64 * STICKY_WAYS };
    const count = (crowd: number, name: string): number => {
      for (let n = 0; n < crowd; n++) one.keep(1, room, `${name}${n}`, n, NOW);
      return Array.from({ length: crowd }, (_, n) => one.find(1, room, `${name}${n}`, NOW)).filter(
        (value) => value !== null,
      ).length;
    };
    expect(count(room.clientsMax / 2, 'a')).toBeGreaterThan(room.clientsMax * 0.49);
    expect(count(room.clientsMax * 2, 'b')).toBeLessThanOrEqual(room.clientsMax);
  });

  test('a lock that a dead shard held is opened by reaping it', () => {
    const { regions, hands: both } = hands();
    const [one] = both as [ReturnType<typeof createSticky>];
    one.keep(0, PLAN, 'a', 1, NOW);
    const cells = new Int32Array(regions.sticky);
    const locked = cells.map((cell, at) => ((at - 2) % (1 + 4 * STICKY_WAYS) === 0 && at >= 2 ? 2 : cell));
    cells.set(locked);
    expect(one.find(0, PLAN, 'a', NOW)).toBeNull();
    reapSticky(regions, 1);
    expect(one.find(0, PLAN, 'a', NOW)).toBe(1);
  });
});
