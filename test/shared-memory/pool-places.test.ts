import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NOBODY, queueKey, TICKETS } from '../../src/core/pool-places.ts';
import {
  allocateRegions,
  createPoolPlaces,
  reapPoolPlaces,
  waitingForPool,
} from '../../src/shared-memory/index.ts';

function hands(shards: number) {
  const regions = allocateRegions({ shards, connections: 10, countersLength: 1, ringBytes: 1024 });
  const woken: number[] = [];
  const all = Array.from({ length: shards }, (_, shard) =>
    createPoolPlaces(regions, shard, (other) => void woken.push(other)),
  );
  const hand = (shard: number) => all[shard] as (typeof all)[number];
  return { regions, woken, hand };
}

describe('the order of those that wait for a pool', () => {
  test('is by priority, then by ticket, and a key keeps every bit on its way through shared memory', () => {
    const { hand } = hands(2);
    const any = fc.record({
      priority: fc.integer({ min: -1000, max: 1000 }),
      ticket: fc.maxSafeNat().map((n) => n % TICKETS),
    });
    fc.assert(
      fc.property(any, any, (a, b) => {
        const [first, second] = [queueKey(a.priority, a.ticket), queueKey(b.priority, b.ticket)];
        const expected = Math.sign(a.priority - b.priority || a.ticket - b.ticket);
        expect(Math.sign(first - second)).toBe(expected);
        expect(Math.min(first, second)).toBeGreaterThan(NOBODY);
        hand(0).publish(7, first);
        hand(1).publish(7, second);
        expect(hand(0).first(7)).toBe(Math.min(first, second));
      }),
    );
  });

  test('tickets are one row over all shards, and each pool has its own', () => {
    const { hand } = hands(3);
    expect([0, 1, 2, 0].map((shard) => hand(shard).ticket(5))).toEqual([0, 1, 2, 3]);
    expect(hand(1).ticket(6)).toBe(0);
  });

  test('the shard of the first is woken, unless it is the one that asks', () => {
    const { hand, woken } = hands(3);
    hand(1).wakeFirst(0);
    hand(2).publish(0, queueKey(0, 4));
    hand(1).wakeFirst(0);
    hand(1).publish(0, queueKey(0, 3));
    hand(1).wakeFirst(0);
    hand(0).wakeFirst(0);
    expect(woken).toEqual([2, 1]);
  });
});

describe('places of a pool', () => {
  test('are never more than the limit, over all shards, and a dead shard gives its own back', () => {
    const { regions, hand } = hands(2);
    expect([0, 1, 0, 1].map((shard) => hand(shard).take(9, 3))).toEqual([true, true, true, false]);
    expect([0, 1, 1].map((shard) => hand(shard).enter(9, 2))).toEqual([true, true, false]);
    hand(0).publish(9, queueKey(0, 0));
    expect(waitingForPool(regions, 9)).toBe(2);
    expect(reapPoolPlaces(regions, 0)).toBe(true);
    expect([hand(1).first(9), hand(1).waiting(9)]).toEqual([NOBODY, 1]);
    expect([1, 1, 1].map((shard) => hand(shard).take(9, 3))).toEqual([true, true, false]);
    expect(() => hand(0).give(9)).toThrow('has no place');
    expect(() => hand(0).leave(9)).toThrow('has no place');
  });
});
