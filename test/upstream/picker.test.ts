import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BALANCE_POLICIES } from '../../src/core/plan.ts';
import { UNHEALTHY, UpstreamTable } from '../../src/core/upstream-table.ts';
import { ALL_FULL } from '../../src/core/upstreams.ts';
import { createPicker } from '../../src/upstream/index.ts';
import {
  addBackend,
  keyOf,
  type PoolSketch,
  plain,
  planOf,
  reloaded,
  retireBackend,
  retirePool,
} from './plans.ts';

const SHARDS = 3;

function start(...pools: readonly PoolSketch[]) {
  const plan = planOf(...pools);
  const table = new UpstreamTable(20, SHARDS);
  for (const { row, weight } of plan.backends) table.setWeight(row, weight);
  return { plan, table, picker: createPicker(plan, table, 0) };
}

/** Attempts of another shard. */
function dialElsewhere(table: UpstreamTable, row: number, times: number): void {
  for (let n = 0; n < times; n++) table.begin(row, 2, table.load(row));
}

const two: PoolSketch = { backends: plain(2) };

describe('the picker', () => {
  it('counts an attempt from pick on, a connection from connected on, and nothing after its end', () => {
    const { table, picker } = start({ backends: plain(1) });
    const counts = () => [table.connecting(0), table.active(0)];
    expect(picker.pick(0, keyOf('10.0.0.1'), [])).toBe(0);
    expect(counts()).toEqual([1, 0]);
    picker.connected(0);
    expect(counts()).toEqual([0, 1]);
    picker.released(0);
    expect(counts()).toEqual([0, 0]);
    picker.pick(0, keyOf('10.0.0.1'), []);
    picker.failed(0);
    expect(counts()).toEqual([0, 0]);
  });

  it('picks from the pool it is asked for', () => {
    const { picker } = start(two, two);
    expect([1, 2, 3].map(() => picker.pick(1, keyOf('10.0.0.1'), []))).toEqual([2, 3, 2]);
    expect(picker.pick(0, keyOf('10.0.0.1'), [])).toBe(0);
  });

  it('obeys health and weight in the table from the next pick on', () => {
    const { table, picker } = start(two);
    table.setHealth(0, UNHEALTHY);
    expect([1, 2].map(() => picker.pick(0, keyOf('10.0.0.1'), []))).toEqual([1, 1]);
    table.setWeight(1, 0);
    expect(picker.pick(0, keyOf('10.0.0.1'), [])).toBe(-1);
  });

  it('counts what other shards have on a backend', () => {
    const { table, picker } = start({ balance: 'least_connections', backends: plain(2) });
    dialElsewhere(table, 0, 5);
    expect([1, 2, 3].map(() => picker.pick(0, keyOf('10.0.0.1'), []))).toEqual([1, 1, 1]);
  });

  it('counts what other shards have against the limit of a backend', () => {
    const { table, picker } = start({ backends: [{ connectionsMax: 3 }] });
    dialElsewhere(table, 0, 2);
    expect([1, 2].map(() => picker.pick(0, keyOf('10.0.0.1'), []))).toEqual([0, ALL_FULL]);
    table.reap(2);
    expect([1, 2, 3].map(() => picker.pick(0, keyOf('10.0.0.1'), []))).toEqual([0, 0, ALL_FULL]);
  });

  it('tries another backend first, the same again where no other is left', () => {
    const { picker } = start(two);
    expect(picker.pick(0, keyOf('10.0.0.1'), [0])).toBe(1);
    expect(picker.pick(0, keyOf('10.0.0.1'), [1])).toBe(0);
    expect([0, 1]).toContain(picker.pick(0, keyOf('10.0.0.1'), [0, 1]));
  });

  it('has a place again once an attempt failed or a connection ended', () => {
    const { picker } = start({ backends: [{ connectionsMax: 1 }] });
    expect(picker.pick(0, keyOf('10.0.0.1'), [])).toBe(0);
    expect(picker.pick(0, keyOf('10.0.0.1'), [])).toBe(ALL_FULL);
    picker.failed(0);
    expect(picker.pick(0, keyOf('10.0.0.1'), [])).toBe(0);
    picker.connected(0);
    expect(picker.pick(0, keyOf('10.0.0.1'), [])).toBe(ALL_FULL);
    picker.released(0);
    expect(picker.pick(0, keyOf('10.0.0.1'), [])).toBe(0);
  });

  it('spreads a burst by least_connections before anything has connected', () => {
    const { table, picker } = start({ balance: 'least_connections', backends: plain(4) });
    for (let n = 0; n < 40; n++) picker.pick(0, keyOf('10.0.0.1'), []);
    expect([0, 1, 2, 3].map((row) => table.connecting(row))).toEqual([10, 10, 10, 10]);
  });

  it.each(['round_robin', 'weighted_round_robin'] as const)(
    'begins with another backend in each shard, so that shards in step do not pick the same (%s)',
    (balance) => {
      const { plan, table } = start({ balance, backends: plain(SHARDS) });
      const pickers = [0, 1, 2].map((shard) => createPicker(plan, table, shard));
      for (let round = 0; round < 5; round++) {
        const picked = pickers.map((picker) => picker.pick(0, keyOf('10.0.0.1'), []));
        expect(new Set(picked).size).toBe(SHARDS);
      }
    },
  );

  it('keeps a client on its backend in every shard by ip_hash', () => {
    const { plan, table } = start({ balance: 'ip_hash', backends: plain(5) });
    const pickers = [0, 1, 2].map((shard) => createPicker(plan, table, shard));
    for (let client = 0; client < 50; client++) {
      const picked = pickers.map((picker) => picker.pick(0, keyOf(`10.0.0.${client}`), []));
      expect(new Set(picked).size).toBe(1);
    }
  });

  it('throws on an end that had no beginning in its shard, and changes nothing, whatever other shards count', () => {
    const { table, picker } = start(two);
    dialElsewhere(table, 0, 2);
    table.connected(0, 2);
    const before = [...table.cells];
    expect(() => picker.released(0)).toThrow(RangeError);
    expect(() => picker.connected(0)).toThrow(RangeError);
    expect(() => picker.failed(0)).toThrow(RangeError);
    expect([...table.cells]).toEqual(before);
  });

  it('throws on a pool that is not in the plan and on a row that is not in the table', () => {
    const { picker } = start(two);
    expect(() => picker.pick(1, keyOf('10.0.0.1'), [])).toThrow('no pool 1');
    expect(() => picker.failed(20)).toThrow('no backend 20');
    expect(() => picker.released(-1)).toThrow('no backend -1');
  });

  it('throws where a pool names a row that the plan has not', () => {
    const plan = reloaded(planOf(two), ({ pools }) => pools[0]?.backends.push(7));
    expect(() => createPicker(plan, new UpstreamTable(20), 0)).toThrow('names row 7');
  });

  it.each(BALANCE_POLICIES)(
    'keeps the table equal to what is open, within limits, over any history (%s)',
    (balance) => {
      const step = fc.record({
        what: fc.constantFrom('pick', 'connected', 'failed', 'released'),
        nth: fc.nat(50),
      });
      fc.assert(
        fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
          const backends = [
            { weight: 2, connectionsMax: 3 },
            { connectionsMax: 2 },
            { backup: true, connectionsMax: 4 },
          ];
          const { table, picker } = start({ balance, backends });
          const connecting: number[] = [];
          const active: number[] = [];
          for (const { what, nth } of steps) {
            const from = what === 'released' ? active : connecting;
            if (what === 'pick') {
              const row = picker.pick(0, keyOf(`10.0.0.${nth}`), []);
              if (row >= 0) connecting.push(row);
              else expect(connecting.length + active.length).toBe(9);
              continue;
            }
            const [row] = from.splice(nth % Math.max(1, from.length), 1);
            if (row === undefined) continue;
            picker[what](row);
            if (what === 'connected') active.push(row);
          }
          for (const [row, { connectionsMax }] of backends.entries()) {
            expect(table.connecting(row)).toBe(connecting.filter((one) => one === row).length);
            expect(table.active(row)).toBe(active.filter((one) => one === row).length);
            expect(table.load(row)).toBeLessThanOrEqual(connectionsMax);
          }
        }),
        { numRuns: 50 },
      );
    },
  );
});

describe('pickers of several plans', () => {
  it('pick the backends of their own plan, and count in the same table', () => {
    const { plan, table, picker } = start({ balance: 'least_connections', backends: plain(2) });
    const next = reloaded(plan, (draft) => {
      retireBackend(draft, 0);
      addBackend(draft, 0);
    });
    table.setWeight(2, 1);
    const later = createPicker(next, table, 0);
    expect([1, 2, 3, 4].map(() => later.pick(0, keyOf('10.0.0.1'), []))).toEqual([1, 2, 1, 2]);
    expect([1, 2].map(() => picker.pick(0, keyOf('10.0.0.1'), []))).toEqual([0, 0]);
    later.failed(0);
    expect(table.load(0)).toBe(1);
  });

  it('see no backend that their plan has retired, also where a pool still names it', () => {
    const { plan, table } = start(two);
    const next = reloaded(plan, ({ backends }) => {
      (backends[0] as { retired: boolean }).retired = true;
    });
    const later = createPicker(next, table, 0);
    expect([1, 2, 3].map(() => later.pick(0, keyOf('10.0.0.1'), []))).toEqual([1, 1, 1]);
  });

  it('throw on a pool that their plan has retired, which older pickers still pick from', () => {
    const { plan, table, picker } = start(two, two);
    const later = createPicker(
      reloaded(plan, (draft) => retirePool(draft, 0)),
      table,
      0,
    );
    expect(() => later.pick(0, keyOf('10.0.0.1'), [])).toThrow('no pool 0');
    expect(later.pick(1, keyOf('10.0.0.1'), [])).toBe(2);
    expect(picker.pick(0, keyOf('10.0.0.1'), [])).toBe(0);
  });
});
