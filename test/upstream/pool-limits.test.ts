import { describe, expect, it } from 'vitest';
import type { StickyPlan } from '../../src/core/plan.ts';
import { HEALTHY, UNHEALTHY, UpstreamTable } from '../../src/core/upstream-table.ts';
import { ALL_FULL, NO_BACKEND } from '../../src/core/upstreams.ts';
import { allocateRegions } from '../../src/shared-memory/index.ts';
import { createPicker, type PoolsShared } from '../../src/upstream/index.ts';
import { poolsOf } from '../shared-memory/pools.ts';
import { keyOf, type PoolSketch, plain, planOf, reloaded } from './plans.ts';

const SHARDS = 3;
const STICKY: StickyPlan = { on: 'source', tlv: 0, expiryMs: 60_000, clientsMax: 1000 };

/** Pickers of several shards over one table, in a time that stands still but for `at`. */
function start(sketch: PoolSketch) {
  const plan = planOf(sketch);
  const table = new UpstreamTable(8, SHARDS);
  for (const { row } of plan.backends) table.setWeight(row, 1);
  const regions = allocateRegions({ shards: SHARDS, connections: 10, countersLength: 1, ringBytes: 1024 });
  const clock = { now: 1_000_000 };
  const freed: number[] = [];
  const evicted: number[] = [];
  const shared = (shard: number): PoolsShared => ({
    ...poolsOf(regions, shard, () => clock.now),
    evicted: (pool) => void evicted.push(pool),
    freed: (pool) => void freed.push(pool),
  });
  const pickerOf = (shard: number, of = plan) => createPicker(of, table, shard, undefined, shared(shard));
  const pickers = Array.from({ length: SHARDS }, (_, shard) => pickerOf(shard));
  const pick = (shard: number, client = '10.0.0.1', tried: readonly number[] = []): number =>
    pickers[shard]?.pick(0, { ...keyOf(client), now: clock.now }, tried) ?? Number.NaN;
  return { plan, table, pickers, pickerOf, pick, clock, freed, evicted };
}

describe('limits of a pool', () => {
  it('has no more connections than its limit, over all shards and backends, and gives back what ends', () => {
    const { pick, pickers, table, freed } = start({ backends: plain(3), places: { connectionsMax: 4 } });
    const rows = [0, 1, 2, 0, 1, 2].map((shard) => pick(shard));
    expect(rows.filter((row) => row >= 0)).toHaveLength(4);
    expect(rows.slice(4)).toEqual([ALL_FULL, ALL_FULL]);
    expect([0, 1, 2].reduce((sum, row) => sum + table.load(row), 0)).toBe(4);
    pickers[0]?.failed(rows[0] as number);
    expect(freed).toEqual([0]);
    expect(pick(1)).toBeGreaterThanOrEqual(0);
    pickers[1]?.connected(rows[1] as number);
    pickers[1]?.released(rows[1] as number);
    expect(freed).toEqual([0, 0]);
    expect(pick(2)).toBeGreaterThanOrEqual(0);
    expect(pick(2)).toBe(ALL_FULL);
  });

  it('tells full from down: full as long as one that is sound has no place', () => {
    const { pick, table } = start({ backends: [{ connectionsMax: 1 }, {}] });
    table.setHealth(1, UNHEALTHY);
    expect([pick(0), pick(1)]).toEqual([0, ALL_FULL]);
    table.setHealth(0, UNHEALTHY);
    expect(pick(0)).toBe(NO_BACKEND);
    table.setWeight(0, 0);
    table.setHealth(0, HEALTHY);
    expect(pick(0)).toBe(NO_BACKEND);
  });

  it('begins no more connections in a second than the rate, over all shards, and spreads the others', () => {
    const { pick, clock, pickers, plan } = start({ backends: [{ connectRate: 5 }, { connectionsMax: 2 }] });
    const rows = Array.from({ length: 12 }, (_, n) => pick(n % SHARDS));
    expect([0, 1, ALL_FULL].map((row) => rows.filter((one) => one === row).length)).toEqual([5, 2, 5]);
    const [first, second] = pickers[0]?.explain(0, [], clock.now) ?? [];
    expect([first?.passedOver, second?.passedOver, plan.backends.length]).toEqual(['rate', 'full', 2]);
    clock.now += 1000;
    expect(Array.from({ length: 12 }, (_, n) => pick(n % SHARDS)).filter((row) => row === 0)).toHaveLength(5);
  });
});

describe('a sticky pool', () => {
  it('gives a client the backend it had, on every shard, while others go round', () => {
    const { pick } = start({ backends: plain(4), places: { sticky: STICKY } });
    const first = pick(0);
    expect(Array.from({ length: 9 }, (_, n) => pick(n % SHARDS))).toEqual(Array(9).fill(first));
    const others = Array.from({ length: 40 }, (_, n) => pick(n % SHARDS, `10.0.1.${n}`));
    expect(new Set(others).size).toBe(4);
    expect(Array.from({ length: 40 }, (_, n) => pick((n + 1) % SHARDS, `10.0.1.${n}`))).toEqual(others);
  });

  it.each([
    ['is down', (table: UpstreamTable, row: number) => table.setHealth(row, UNHEALTHY)],
    ['has weight 0', (table: UpstreamTable, row: number) => table.setWeight(row, 0)],
    [
      'is full',
      (table: UpstreamTable, row: number) =>
        void (table.beginBelow(row, 2, 2) && table.beginBelow(row, 2, 0)),
    ],
  ])('chooses another where that one %s, and stays with the other', (_name, spoil) => {
    const backends = Array.from({ length: 3 }, () => ({ connectionsMax: 3 }));
    const { pick, pickers, table } = start({ backends, places: { sticky: STICKY } });
    const first = pick(0);
    spoil(table, first);
    const second = pick(1);
    expect(second).not.toBe(first);
    table.setHealth(first, HEALTHY);
    table.setWeight(first, 1);
    pickers[0]?.failed(first);
    expect(pick(2)).toBe(second);
  });

  it('does not come back to a backend that this connection could not reach', () => {
    const { pick } = start({ backends: plain(2), places: { sticky: STICKY } });
    const first = pick(0);
    expect(pick(0, '10.0.0.1', [first])).toBe(1 - first);
    expect(pick(1)).toBe(1 - first);
  });

  it('forgets a client that was away for longer than expiry', () => {
    const { pick, clock } = start({ backends: plain(8), places: { sticky: STICKY } });
    const first = pick(0);
    clock.now += 59_000;
    expect(pick(0)).toBe(first);
    clock.now += 61_000;
    expect(Array.from({ length: 1 }, () => pick(0))).not.toEqual([first]);
  });

  it('keeps clients through a reload for backends that stay, and does not take a new one in an old row for the old', () => {
    const { plan, pick, pickerOf, clock } = start({ backends: plain(3), places: { sticky: STICKY } });
    const clients = Array.from({ length: 30 }, (_, n) => `10.0.1.${n}`);
    const before = clients.map((client) => pick(0, client));
    const next = reloaded(plan, (draft) => {
      Object.assign(draft.backends[2] ?? {}, { name: 'another' });
    });
    const picker = pickerOf(1, next);
    const after = clients.map((client) => picker.pick(0, { ...keyOf(client), now: clock.now }, []));
    const stayed = before.flatMap((row, n) => (row === 2 ? [] : [n]));
    expect(stayed.map((n) => after[n])).toEqual(stayed.map((n) => before[n]));
    const moved = before.flatMap((row, n) => (row === 2 ? [after[n]] : []));
    expect(new Set(moved).size).toBeGreaterThan(1);
  });

  it('counts who was forgotten for another', () => {
    const { pick, evicted } = start({ backends: plain(2), places: { sticky: { ...STICKY, clientsMax: 2 } } });
    for (let n = 0; n < 5; n++) pick(0, `10.0.1.${n}`);
    expect(evicted).toEqual([0, 0, 0]);
  });
});
