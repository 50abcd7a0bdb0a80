import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { BALANCE_POLICIES, type Plan } from '../../src/core/plan.ts';
import type { SharedRegions } from '../../src/core/regions.ts';
import { UpstreamTable } from '../../src/core/upstream-table.ts';
import { allocateRegions, createPoolPlaces } from '../../src/shared-memory/index.ts';
import { plain, planOf } from './plans.ts';

const SHARDS = 4;

interface Run {
  readonly plan: Plan;
  readonly table: UpstreamTable;
  /** Picks of each shard. */
  readonly rounds: number;
  /** Connections a shard keeps before it ends the oldest; `rounds` = it ends none. */
  readonly heldMax: number;
  /** What pools share; absent = limits of pools do not count. */
  readonly regions?: SharedRegions;
}

/** Lets four threads pick at the same time. Returns what they counted themselves: most open at once by row and in all, refusals. */
async function race({ plan, table, rounds, heldMax, regions }: Run) {
  const words = (): Int32Array => new Int32Array(new SharedArrayBuffer(4 * (plan.backends.length + 1)));
  const [gate, open, peaks] = [words(), words(), words()];
  for (const { row, weight } of plan.backends) table.setWeight(row, weight);
  const shards = Array.from({ length: SHARDS }, (_, shard) => {
    const workerData = {
      plan,
      cells: table.cells,
      shards: SHARDS,
      shard,
      rounds,
      heldMax,
      gate,
      open,
      peaks,
      ...(regions && { regions }),
    };
    return new Worker(new URL('./threads/picker.mjs', import.meta.url), { workerData });
  });
  const ends = await Promise.all(shards.map((worker) => once(worker, 'message')));
  const refused = ends.reduce((sum, [{ refused: one }]) => sum + one, 0);
  const rows = plan.backends.length;
  return {
    open: [...open].slice(0, rows),
    peaks: [...peaks].slice(0, rows),
    peak: peaks[rows] ?? Number.NaN,
    refused,
  };
}

describe('pickers in threads of their own', () => {
  it.each(BALANCE_POLICIES)(
    'never have more open at once than the limits, reach them, and leave nothing counted (%s)',
    async (balance) => {
      const limits = [3, 2, 1];
      const backends = limits.map((connectionsMax) => ({ connectionsMax, weight: connectionsMax }));
      const plan = planOf({ balance, backends });
      const table = new UpstreamTable(3, SHARDS);
      const { open, peaks, refused } = await race({ plan, table, rounds: 30_000, heldMax: 6 });
      expect(peaks).toEqual(limits);
      expect(refused).toBeGreaterThan(0);
      expect(open).toEqual([0, 0, 0]);
      expect([0, 1, 2].flatMap((row) => [table.load(row), table.active(row)])).toEqual(new Array(6).fill(0));
    },
  );

  it('never have more open at once than the limit of the pool, and reach it, with sticky clients too', async () => {
    const regions = allocateRegions({ shards: SHARDS, connections: 10, countersLength: 1, ringBytes: 1024 });
    const sticky = { on: 'source', tlv: 0, expiryMs: 60_000, clientsMax: 100 } as const;
    const plan = planOf({ backends: plain(3), places: { connectionsMax: 5, sticky } });
    const table = new UpstreamTable(3, SHARDS);
    const { open, peak, refused } = await race({ plan, table, rounds: 20_000, heldMax: 6, regions });
    expect(peak).toBe(5);
    expect(refused).toBeGreaterThan(0);
    expect(open).toEqual([0, 0, 0]);
    expect([0, 1, 2].map((row) => table.load(row))).toEqual([0, 0, 0]);
    const places = createPoolPlaces(regions, 0, () => {});
    expect(Array.from({ length: 6 }, () => places.take(0, 5)).filter((taken) => taken)).toHaveLength(5);
  });

  it('keep the loads of all backends equal by least_connections, however many dial at once', async () => {
    const plan = planOf({ balance: 'least_connections', backends: plain(5) });
    const table = new UpstreamTable(5, SHARDS);
    const { open } = await race({ plan, table, rounds: 10_001, heldMax: 10_001 });
    const loads = [0, 1, 2, 3, 4].map((row) => table.load(row));
    expect(loads).toEqual(open);
    expect(loads.reduce((sum, load) => sum + load, 0)).toBe(SHARDS * 10_001);
    expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
  });
});
