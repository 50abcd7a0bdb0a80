import { describe, expect, test } from 'vitest';
import {
  CLIENT_BUCKETS_MAX,
  CLIENTS_PER_BUCKET,
  ClientsLayout,
  listenerRow,
  PlacesLayout,
  PROCESS_ROW,
  queueRow,
  RATES_LENGTH,
} from '../../src/core/places-layout.ts';
import { LISTENERS_MAX } from '../../src/core/plan.ts';

describe('the layout of places', () => {
  test.each([1, 3, 64])('for %s shards gives every cell one meaning and leaves none over', (shards) => {
    const layout = new PlacesLayout(shards);
    const cells = [layout.processRefused];
    for (let listener = 0; listener < LISTENERS_MAX; listener++) {
      cells.push(layout.turn(listener));
      for (let shard = 0; shard < shards; shard++) cells.push(layout.waiting(listener, shard));
    }
    for (let shard = 0; shard < shards; shard++) cells.push(layout.waitingInShard(shard));
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.min(...cells)).toBe(layout.tallyLength);
    expect(Math.max(...cells)).toBe(layout.length - 1);
    expect(cells.length).toBe(layout.length - layout.tallyLength);
  });

  test('the process, every listener and every queue have a row, and every listener a rate', () => {
    const { rows } = new PlacesLayout(2);
    const last = LISTENERS_MAX - 1;
    expect([PROCESS_ROW, listenerRow(0), listenerRow(last), queueRow(0), queueRow(last)]).toEqual([
      0,
      1,
      LISTENERS_MAX,
      LISTENERS_MAX + 1,
      rows - 1,
    ]);
    expect(RATES_LENGTH).toBe(LISTENERS_MAX);
  });
});

describe('the layout of clients', () => {
  test.each([1, 5])('for %s shards gives every cell one meaning and leaves none over', (shards) => {
    const layout = new ClientsLayout(shards, 16);
    const cells: number[] = [];
    for (let bucket = 0; bucket < 16; bucket++) {
      const lock = layout.lock(bucket);
      cells.push(lock);
      for (let row = 0; row < CLIENTS_PER_BUCKET; row++) {
        cells.push(layout.key(lock, row), layout.key(lock, row) + 1);
        for (let shard = 0; shard < shards; shard++) cells.push(layout.column(lock, row, shard));
      }
    }
    const header = Math.min(...cells);
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...cells)).toBe(layout.length - 1);
    expect(cells.length).toBe(layout.length - header);
    expect(ClientsLayout.SEED + 1).toBeLessThan(header);
  });

  test('any hash names a bucket', () => {
    const layout = new ClientsLayout(1, 8);
    const locks = new Set(Array.from({ length: 8 }, (_, bucket) => layout.lock(bucket)));
    for (const hash of [-1, -(2 ** 31), 2 ** 31 - 1, 12_345]) expect(locks).toContain(layout.lock(hash));
  });

  test('a bucket is an eighth full on the average at most, up to the largest table', () => {
    for (const clients of [1, 2, 1000, 50_000, CLIENT_BUCKETS_MAX]) {
      const buckets = ClientsLayout.bucketsFor(clients);
      expect(buckets).toBeGreaterThanOrEqual(clients);
      expect(buckets).toBeLessThan(2 * clients);
      expect(Number.isInteger(Math.log2(buckets))).toBe(true);
    }
    expect(ClientsLayout.bucketsFor(10_000_000)).toBe(CLIENT_BUCKETS_MAX);
  });

  test('is found again in the header, and memory laid out for other shards is refused', () => {
    const layout = new ClientsLayout(3, 32);
    const cells = new Int32Array(layout.length);
    layout.writeHeader(cells, [-5, 6]);
    expect(ClientsLayout.of(cells, 3).buckets).toBe(32);
    expect([cells[ClientsLayout.SEED], cells[ClientsLayout.SEED + 1]]).toEqual([-5, 6]);
    expect(() => ClientsLayout.of(cells, 4)).toThrow('are laid out for 4 shards');
  });

  test('counts a client over all shards', () => {
    const layout = new ClientsLayout(3, 2);
    const cells = new Int32Array(layout.length);
    const lock = layout.lock(1);
    for (let shard = 0; shard < 3; shard++) cells[layout.column(lock, 4, shard)] = 10 ** shard;
    expect(layout.count(cells, lock, 4)).toBe(111);
    expect(layout.count(cells, lock, 3)).toBe(0);
  });
});
