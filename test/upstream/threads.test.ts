import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { BALANCE_POLICIES, type Plan } from '../../src/core/plan.ts';
import { UpstreamTable } from '../../src/core/upstream-table.ts';
import { plain, planOf } from './plans.ts';

const SHARDS = 4;

interface Run {
  readonly plan: Plan;
  readonly table: UpstreamTable;
  /** Picks of each shard. */
  readonly rounds: number;
  /** Connections a shard keeps before it ends the oldest; `rounds` = it ends none. */
  readonly heldMax: number;
}

/** Lets four threads pick at the same time. Returns what they counted themselves: most open at once by row, refusals. */
async function race({ plan, table, rounds, heldMax }: Run) {
  const words = (): Int32Array => new Int32Array(new SharedArrayBuffer(4 * plan.backends.length));
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
    };
    return new Worker(new URL('./threads/picker.mjs', import.meta.url), { workerData });
  });
  const ends = await Promise.all(shards.map((worker) => once(worker, 'message')));
  const refused = ends.reduce((sum, [{ refused: one }]) => sum + one, 0);
  return { open: [...open], peaks: [...peaks], refused };
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
