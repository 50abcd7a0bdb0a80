import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Bucket } from '../../src/core/bucket.ts';
import { CLIENTS_PER_BUCKET, ClientsLayout } from '../../src/core/places-layout.ts';
import { createBuckets, reapPlaces } from '../../src/shared-memory/index.ts';
import { regionsFor } from './state.ts';

const LIMITS = { bytesPerSecond: 100_000, burst: 5000 };

function bucketsOf(shards = 2) {
  const regions = regionsFor(shards, 1);
  const clock = { ms: 1_000_000 };
  const hands = Array.from({ length: shards }, (_, shard) => createBuckets(regions, shard, () => clock.ms));
  const open = (shard: number, name = 'a') => hands[shard]?.open(name) as Bucket;
  return { regions, clock, open };
}

describe('a bucket', () => {
  test('is full where nobody was before, and the same in each shard by its name', () => {
    const { open } = bucketsOf();
    const [one, other, apart] = [open(0), open(1), open(1, 'b')];
    expect(one.available(LIMITS)).toBe(5000);
    one.take(3000, LIMITS);
    expect([one, other, apart].map((bucket) => bucket.available(LIMITS))).toEqual([2000, 2000, 5000]);
  });

  test('earns the rate, up to the burst', () => {
    const { open, clock } = bucketsOf();
    const bucket = open(0);
    bucket.take(5000, LIMITS);
    clock.ms += 10;
    expect(bucket.available(LIMITS)).toBe(1000);
    clock.ms += 1000;
    expect(bucket.available(LIMITS)).toBe(5000);
  });

  test('keeps beyond the burst what is earned while somebody waits, and a little after', () => {
    const { open, clock } = bucketsOf();
    const [one, other] = [open(0), open(1)];
    clock.ms += 10_000;
    one.wait(true, LIMITS);
    expect(other.available(LIMITS), 'earned before anybody waited').toBe(5000);
    clock.ms += 500;
    expect(other.available(LIMITS)).toBe(55_000);
    other.take(50_000, LIMITS);
    one.wait(false, LIMITS);
    clock.ms += 50;
    expect(other.available(LIMITS)).toBe(10_000);
    clock.ms += 1;
    expect(other.available(LIMITS)).toBe(5000);
  });

  test('owes what was taken beyond it, for a second at most', () => {
    const { open, clock } = bucketsOf();
    const bucket = open(0);
    bucket.take(6000, LIMITS);
    expect(bucket.available(LIMITS)).toBe(0);
    clock.ms += 10;
    expect(bucket.available(LIMITS)).toBe(0);
    clock.ms += 10;
    expect(bucket.available(LIMITS)).toBe(1000);
    bucket.take(10_000_000, LIMITS);
    bucket.take(0, LIMITS);
    clock.ms += 1010;
    expect(bucket.available(LIMITS)).toBe(1000);
  });

  test('counts who waits in all shards, each hand once', () => {
    const { open } = bucketsOf();
    const [one, other] = [open(0), open(1)];
    for (const some of [true, true]) one.wait(some, LIMITS);
    other.wait(true, LIMITS);
    expect([one.waiting, other.waiting]).toEqual([2, 2]);
    for (const some of [false, false]) one.wait(some, LIMITS);
    expect(other.waiting).toBe(1);
    other.close();
    other.close();
    other.wait(true, LIMITS);
    expect(one.waiting).toBe(0);
  });

  test('frees its place with the last hand, for another name', () => {
    const { regions, open } = bucketsOf();
    const layout = ClientsLayout.of(new Int32Array(regions.bucketNames), 2);
    const rows = layout.buckets * CLIENTS_PER_BUCKET;
    const all = Array.from({ length: rows }, (_, row) => open(row % 2, `name ${row}`));
    expect(open(0, 'one too many')).toBeNull();
    all[3]?.close();
    expect(open(0, 'one too many')).not.toBeNull();
    const others = all.filter((_, row) => row !== 3);
    for (const [row, bucket] of others.entries()) bucket.take(row + 1, LIMITS);
    expect(new Set(others.map((bucket) => bucket.available(LIMITS))).size).toBe(rows - 1);
  });

  test('of a dead shard waits no more, and its place is free', () => {
    const { regions, open } = bucketsOf();
    const [one, other] = [open(0), open(1)];
    other.wait(true, LIMITS);
    reapPlaces(regions, 1);
    expect(one.waiting).toBe(0);
    one.close();
    const names = new Int32Array(regions.bucketNames);
    const layout = ClientsLayout.of(names, 2);
    for (let row = 0; row < CLIENTS_PER_BUCKET; row++)
      expect(layout.count(names, layout.lock(0), row)).toBe(0);
  });

  test('lets no more pass than a bucket of tokens would, and no less', () => {
    const step = fc.record({ wait: fc.nat(100), take: fc.nat(4000), shard: fc.nat(1) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { open, clock } = bucketsOf();
        const hands = [open(0), open(1)];
        let tokens = LIMITS.burst;
        for (const { wait, take, shard } of steps) {
          clock.ms += wait;
          tokens = Math.min(LIMITS.burst, tokens + wait * 100);
          const bucket = hands[shard] as Bucket;
          expect(bucket.available(LIMITS)).toBe(tokens);
          const taken = Math.min(take, tokens);
          bucket.take(taken, LIMITS);
          tokens -= taken;
        }
      }),
    );
  });
});
