import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlacesLayout } from '../../src/core/places-layout.ts';
import { LISTENERS_MAX } from '../../src/core/plan.ts';
import { createPlaces, createTurns, reapTurns } from '../../src/shared-memory/index.ts';
import { planOf } from './plans.ts';
import { regionsFor } from './state.ts';

function turnsOf(shards: number) {
  const regions = regionsFor(shards);
  const woken: number[] = [];
  const turns = Array.from({ length: shards }, (_, shard) =>
    createTurns(regions, shard, (other) => woken.push(other)),
  );
  return { regions, turns, woken };
}

type TurnsOf = ReturnType<typeof turnsOf>;

/** The shards whose turn it is, by their own word. */
function owners({ turns }: TurnsOf, listener = 0): number[] {
  return turns.flatMap((turn, shard) => (turn.isMine(listener) ? [shard] : []));
}

describe('turns', () => {
  test('are everybody’s where nobody waits, and the one’s where one waits', () => {
    const all = turnsOf(3);
    expect(owners(all)).toEqual([0, 1, 2]);
    all.turns[1]?.publish(0, 2);
    expect(owners(all)).toEqual([1]);
    expect(all.turns.map((turn) => turn.othersWait(0))).toEqual([true, false, true]);
    all.turns[1]?.publish(0, 0);
    expect(owners(all)).toEqual([0, 1, 2]);
  });

  test('go round among the shards where somebody waits', () => {
    const all = turnsOf(4);
    for (const shard of [0, 2, 3]) all.turns[shard]?.publish(0, 9);
    const order: number[] = [];
    for (let turn = 0; turn < 6; turn++) {
      const [owner, ...others] = owners(all);
      expect(others).toEqual([]);
      order.push(owner as number);
      all.turns[owner as number]?.pass(0);
      expect(all.woken.at(-1)).toBe(owners(all)[0]);
    }
    expect(order).toEqual([0, 2, 3, 0, 2, 3]);
  });

  test('are passed to nobody where nobody else waits', () => {
    const all = turnsOf(2);
    all.turns[1]?.publish(0, 3);
    all.turns[1]?.pass(0);
    expect(all.woken).toEqual([]);
    expect(owners(all)).toEqual([1]);
  });

  test('are kept apart by listener, up to the last', () => {
    const all = turnsOf(2);
    all.turns[0]?.publish(0, 1);
    all.turns[1]?.publish(LISTENERS_MAX - 1, 1);
    expect([owners(all, 0), owners(all, LISTENERS_MAX - 1), owners(all, 1)]).toEqual([[0], [1], [0, 1]]);
    expect(() => all.turns[0]?.isMine(LISTENERS_MAX)).toThrow(RangeError);
    expect(() => all.turns[0]?.publish(-1, 1)).toThrow('listener -1 has no turns');
  });

  test('belong to exactly one shard where any waits, whatever was published and passed', () => {
    const step = fc.record({ shard: fc.nat({ max: 3 }), waiting: fc.nat({ max: 2 }), pass: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const all = turnsOf(4);
        const waiting = [0, 0, 0, 0];
        for (const { shard, waiting: count, pass } of steps) {
          if (pass && owners(all).includes(shard)) all.turns[shard]?.pass(0);
          all.turns[shard]?.publish(0, count);
          waiting[shard] = count;
          const some = waiting.filter((count) => count > 0).length;
          if (some === 0) expect(owners(all)).toHaveLength(4);
          else expect(owners(all).filter((owner) => waiting[owner]! > 0)).toHaveLength(1);
          expect(owners(all)).toHaveLength(some === 0 ? 4 : 1);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('a place that has become free', () => {
  test('wakes the shard whose turn it is, where it is another', () => {
    const { turns, woken } = turnsOf(3);
    turns[0]?.freed(0);
    turns[2]?.publish(0, 1);
    turns[0]?.freed(0);
    turns[2]?.freed(0);
    turns[0]?.freed(1);
    expect(woken).toEqual([2]);
  });

  test('wakes those who wait for other listeners only where a place of the process was wanted, and once', () => {
    const { regions, turns, woken } = turnsOf(4);
    const plan = planOf(1, {}, {});
    const [a, b] = [createPlaces(regions, 0, () => 0), createPlaces(regions, 1, () => 0)];
    expect(a.reserve(plan, 0, 'x')).toBeNull();
    turns[1]?.publish(1, 1);
    turns[3]?.publish(5, 2);
    turns[0]?.freed(0);
    expect(woken).toEqual([]);
    expect(b.reserve(plan, 1, 'y')).toBe('process');
    a.release(plan, 0, 'x');
    turns[0]?.freed(0);
    turns[0]?.freed(0);
    expect(woken).toEqual([1, 3]);
  });

  test('wakes nobody twice', () => {
    const { regions, turns, woken } = turnsOf(2);
    const plan = planOf(1, {});
    const [a, b] = [createPlaces(regions, 0, () => 0), createPlaces(regions, 1, () => 0)];
    a.reserve(plan, 0, 'x');
    b.reserve(plan, 0, 'y');
    turns[1]?.publish(0, 1);
    turns[0]?.freed(0);
    expect(woken).toEqual([1]);
  });
});

describe('a dead shard', () => {
  test('is out of every round, and the turn it had is the next one’s', () => {
    const all = turnsOf(3);
    for (const listener of [0, 7]) for (const turn of all.turns) turn.publish(listener, 1);
    all.turns[0]?.pass(0);
    expect(owners(all, 0)).toEqual([1]);
    reapTurns(all.regions, 1);
    expect([owners(all, 0), owners(all, 7)]).toEqual([[2], [0]]);
    reapTurns(all.regions, 2);
    reapTurns(all.regions, 0);
    expect(owners(all, 7)).toEqual([0, 1, 2]);
    const layout = new PlacesLayout(3);
    const cells = new Int32Array(all.regions.places);
    expect([0, 1, 2].map((shard) => cells[layout.waitingInShard(shard)])).toEqual([0, 0, 0]);
  });
});
