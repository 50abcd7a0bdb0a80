import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BALANCE_POLICIES } from '../../src/core/plan.ts';
import { UNHEALTHY, UpstreamTable } from '../../src/core/upstream-table.ts';
import { createPicker } from '../../src/upstream/index.ts';
import { type PoolSketch, plain, planOf } from './plans.ts';

function start(...pools: readonly PoolSketch[]) {
  const plan = planOf(...pools);
  const table = new UpstreamTable(plan.backends.length);
  for (const { row, weight } of plan.backends) table.setWeight(row, weight);
  return { table, picker: createPicker(plan, table) };
}

const two: PoolSketch = { backends: plain(2) };

describe('the picker', () => {
  it('counts an attempt from pick on, a connection from connected on, and nothing after its end', () => {
    const { table, picker } = start({ backends: plain(1) });
    const counts = () => [table.connecting(0), table.active(0)];
    expect(picker.pick(0, '10.0.0.1', [])).toBe(0);
    expect(counts()).toEqual([1, 0]);
    picker.connected(0);
    expect(counts()).toEqual([0, 1]);
    picker.released(0);
    expect(counts()).toEqual([0, 0]);
    picker.pick(0, '10.0.0.1', []);
    picker.failed(0);
    expect(counts()).toEqual([0, 0]);
  });

  it('picks from the pool it is asked for', () => {
    const { picker } = start(two, two);
    expect([1, 2, 3].map(() => picker.pick(1, '10.0.0.1', []))).toEqual([2, 3, 2]);
    expect(picker.pick(0, '10.0.0.1', [])).toBe(0);
  });

  it('obeys health and weight in the table from the next pick on', () => {
    const { table, picker } = start(two);
    table.setHealth(0, UNHEALTHY);
    expect([1, 2].map(() => picker.pick(0, '10.0.0.1', []))).toEqual([1, 1]);
    table.setWeight(1, 0);
    expect(picker.pick(0, '10.0.0.1', [])).toBe(-1);
  });

  it('counts what other shards have on a backend', () => {
    const { table, picker } = start({ balance: 'least_connections', backends: plain(2) });
    table.addActive(0, 5);
    expect([1, 2, 3].map(() => picker.pick(0, '10.0.0.1', []))).toEqual([1, 1, 1]);
  });

  it('tries another backend first, the same again where no other is left', () => {
    const { picker } = start(two);
    expect(picker.pick(0, '10.0.0.1', [0])).toBe(1);
    expect(picker.pick(0, '10.0.0.1', [1])).toBe(0);
    expect([0, 1]).toContain(picker.pick(0, '10.0.0.1', [0, 1]));
  });

  it('has a place again once an attempt failed or a connection ended', () => {
    const { picker } = start({ backends: [{ connectionsMax: 1 }] });
    expect(picker.pick(0, '10.0.0.1', [])).toBe(0);
    expect(picker.pick(0, '10.0.0.1', [])).toBe(-1);
    picker.failed(0);
    expect(picker.pick(0, '10.0.0.1', [])).toBe(0);
    picker.connected(0);
    expect(picker.pick(0, '10.0.0.1', [])).toBe(-1);
    picker.released(0);
    expect(picker.pick(0, '10.0.0.1', [])).toBe(0);
  });

  it('spreads a burst by least_connections before anything has connected', () => {
    const { table, picker } = start({ balance: 'least_connections', backends: plain(4) });
    for (let n = 0; n < 40; n++) picker.pick(0, '10.0.0.1', []);
    expect([0, 1, 2, 3].map((row) => table.connecting(row))).toEqual([10, 10, 10, 10]);
  });

  it('throws on an end that had no beginning here, and changes nothing, whatever other shards count', () => {
    const { table, picker } = start(two);
    table.addActive(0, 1);
    table.addConnecting(0, 1);
    const before = [...table.cells];
    expect(() => picker.released(0)).toThrow(RangeError);
    expect(() => picker.connected(0)).toThrow(RangeError);
    expect(() => picker.failed(0)).toThrow(RangeError);
    expect([...table.cells]).toEqual(before);
  });

  it('throws on a pool or a row that is not in the plan', () => {
    const { picker } = start(two);
    expect(() => picker.pick(1, '10.0.0.1', [])).toThrow('no pool 1');
    expect(() => picker.failed(2)).toThrow('no backend 2');
    expect(() => picker.released(-1)).toThrow('no backend -1');
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
              const row = picker.pick(0, `10.0.0.${nth}`, []);
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
            expect(table.connecting(row) + table.active(row)).toBeLessThanOrEqual(connectionsMax);
          }
        }),
        { numRuns: 50 },
      );
    },
  );
});
