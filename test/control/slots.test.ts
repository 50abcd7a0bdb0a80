import { describe, expect, test } from 'vitest';
import { settlePlan } from '../../src/config/index.ts';
import { BACKEND_REST_MS, LISTENER_REST_MS, Slots } from '../../src/control/slots.ts';
import type { Plan } from '../../src/core/plan.ts';
import { writeWord } from '../../src/core/shard-words.ts';
import { stateIndex } from '../../src/core/state.ts';
import { COUNTERS } from '../../src/shard-counters.ts';
import { allocateRegions, countersOf, upstreamTableOf, wordsOf } from '../../src/shared-memory/index.ts';
import { planOf } from './plans.ts';

const SHARDS = 2;
const STREAMING = stateIndex('streaming');
const A = '127.0.0.1:1001';
const B = '127.0.0.1:1002';

/** Slots of a service that has had a first plan with the listeners a and b, one pool each way of the second. */
function world() {
  const regions = allocateRegions({ shards: SHARDS + 1, connections: 10, countersLength: COUNTERS.length });
  let now = 0;
  const slots = new Slots(regions, SHARDS, () => now);
  const state = { plan: planOf({ a: A, b: B }, { web: ['10.0.0.1:80', '10.0.0.2:80'] }) };
  const cellsOf = (shard: number) => countersOf(regions, shard);
  /** All shards have a plan, and the oldest that one still needs. */
  const have = (version: number, oldest = version): void => {
    for (let shard = 0; shard < SHARDS; shard++) {
      writeWord(wordsOf(regions, shard), 'VERSION', version);
      writeWord(wordsOf(regions, shard), 'OLDEST', oldest);
    }
  };
  have(state.plan.version);
  return {
    regions,
    state,
    cellsOf,
    have,
    free: () => slots.free(state.plan),
    pass: (ms: number) => {
      now += ms;
    },
    /** What a reload does up to the answers of the shards; `take` makes it the plan in force. */
    follow: (next: Plan): Plan => {
      const plan = settlePlan(state.plan, next, slots.free(state.plan));
      slots.follow(state.plan, plan);
      return plan;
    },
    refuse: (plan: Plan): void => slots.follow(plan, state.plan),
    take: (plan: Plan): void => {
      state.plan = plan;
      have(plan.version);
    },
  };
}

describe('slots of listeners', () => {
  test('one that was taken away is free when it has rested and has no connection in any shard', () => {
    const { follow, take, free, pass, cellsOf } = world();
    cellsOf(1)[COUNTERS.state(1, STREAMING)] = 1;
    take(follow(planOf({ a: A })));
    pass(LISTENER_REST_MS);
    expect(free().listeners.size).toBe(0);
    cellsOf(1)[COUNTERS.state(1, STREAMING)] = 0;
    expect([...free().listeners]).toEqual([1]);
  });

  test('it rests, so that its last facts are told under its name, and until every shard has the plan', () => {
    const { follow, take, free, pass, have, state } = world();
    take(follow(planOf({ a: A })));
    pass(LISTENER_REST_MS - 1);
    expect(free().listeners.size).toBe(0);
    pass(1);
    have(state.plan.version - 1);
    expect(free().listeners.size).toBe(0);
    have(state.plan.version);
    expect([...free().listeners]).toEqual([1]);
  });

  test('one is not free while a mirror has outlived its connection', () => {
    const { follow, take, free, pass, cellsOf } = world();
    cellsOf(0)[COUNTERS.mirrors(1, 'open')] = 1;
    take(follow(planOf({ a: A })));
    pass(LISTENER_REST_MS);
    expect(free().listeners.size).toBe(0);
    cellsOf(0)[COUNTERS.mirrors(1, 'open')] = 0;
    expect([...free().listeners]).toEqual([1]);
  });

  test('one that comes back is not free, and keeps its counters', () => {
    const { follow, take, free, pass, cellsOf } = world();
    cellsOf(0)[COUNTERS.accepted(1)] = 7;
    take(follow(planOf({ a: A })));
    take(follow(planOf({ a: A, b: B })));
    pass(LISTENER_REST_MS);
    expect(free().listeners.size).toBe(0);
    expect(cellsOf(0)[COUNTERS.accepted(1)]).toBe(7);
  });

  test('another one that takes the slot begins at 0 in every shard, and its neighbour is left alone', () => {
    const { follow, take, pass, cellsOf } = world();
    for (const shard of [0, 1, 2])
      for (const listener of [0, 1]) cellsOf(shard)[COUNTERS.accepted(listener)] = 7;
    take(follow(planOf({ a: A })));
    pass(LISTENER_REST_MS);
    const plan = follow(planOf({ a: A, c: B }));
    expect(plan.listeners.map(({ name }) => name)).toEqual(['a', 'c']);
    expect([0, 1, 2].map((shard) => cellsOf(shard)[COUNTERS.accepted(1)])).toEqual([0, 0, 0]);
    expect([0, 1, 2].map((shard) => cellsOf(shard)[COUNTERS.accepted(0)])).toEqual([7, 7, 7]);
  });

  test('what the one before counted of its chart is kept with that of all who are gone', () => {
    const { follow, take, pass, cellsOf } = world();
    const cells = cellsOf(1);
    const { former } = COUNTERS;
    for (const round of [1, 2]) {
      cells[COUNTERS.taken(1, 5)] = 7;
      cells[COUNTERS.transition(1, STREAMING)] = 3;
      take(follow(planOf({ a: A })));
      pass(LISTENER_REST_MS);
      take(follow(planOf({ a: A, [`c${round}`]: B })));
      expect([cells[COUNTERS.taken(1, 5)], cells[COUNTERS.transition(1, STREAMING)]]).toEqual([0, 0]);
      const kept = [cells[COUNTERS.taken(former, 5)], cells[COUNTERS.transition(former, STREAMING)]];
      expect(kept).toEqual([7 * round, 3 * round]);
    }
  });

  test('what clients of a refused plan have left in a new slot does not count for the next that takes it', () => {
    const { follow, take, refuse, cellsOf } = world();
    refuse(follow(planOf({ a: A, b: B, c: '127.0.0.1:1003' })));
    cellsOf(0)[COUNTERS.accepted(2)] = 4;
    cellsOf(0)[COUNTERS.bytes(2, 0)] = 400;
    take(follow(planOf({ a: A, b: B, d: '127.0.0.1:1004' })));
    expect(cellsOf(0)[COUNTERS.accepted(2)]).toBe(0);
    expect(cellsOf(0)[COUNTERS.bytes(2, 0)]).toBe(0);
  });

  test('while a client of a refused plan is still ending its shard writes, so nothing is zeroed under it', () => {
    const { follow, take, refuse, cellsOf } = world();
    refuse(follow(planOf({ a: A, b: B, c: '127.0.0.1:1003' })));
    cellsOf(0)[COUNTERS.accepted(2)] = 4;
    cellsOf(0)[COUNTERS.state(2, STREAMING)] = 1;
    take(follow(planOf({ a: A, b: B, d: '127.0.0.1:1004' })));
    expect(cellsOf(0)[COUNTERS.state(2, STREAMING)]).toBe(1);
    expect(cellsOf(0)[COUNTERS.accepted(2)]).toBe(4);
  });

  test('a refused plan takes nothing away', () => {
    const { follow, refuse, free, pass } = world();
    refuse(follow(planOf({ a: A })));
    pass(LISTENER_REST_MS);
    expect(free().listeners.size).toBe(0);
  });
});

describe('slots of backends', () => {
  const LESS = planOf({ a: A, b: B }, { web: ['10.0.0.1:80'] });

  test('one that was taken away is free when no connection of an older plan is left in any shard', () => {
    const { follow, take, free, have, state } = world();
    take(follow(LESS));
    have(state.plan.version, state.plan.version - 1);
    expect(free().backends.size).toBe(0);
    have(state.plan.version);
    expect([...free().backends]).toEqual([1]);
  });

  test('one with load is never free, however long ago it was taken away', () => {
    const { follow, take, free, pass, regions } = world();
    const table = upstreamTableOf(regions);
    take(follow(LESS));
    table.begin(1, 0, 0);
    pass(10 * BACKEND_REST_MS);
    expect(table.load(1)).toBe(1);
    expect(free().backends.size).toBe(0);
  });

  test('one without load is free after a long rest, though connections of an older plan live on', () => {
    const { follow, take, free, pass, have, state } = world();
    take(follow(LESS));
    have(state.plan.version, state.plan.version - 1);
    pass(BACKEND_REST_MS - 1);
    expect(free().backends.size).toBe(0);
    pass(1);
    expect([...free().backends]).toEqual([1]);
  });

  test('another one that takes the row begins at 0, also after a refused plan had it', () => {
    const { follow, take, refuse, cellsOf } = world();
    take(follow(LESS));
    cellsOf(0)[COUNTERS.dials(1)] = 9;
    const plan = follow(planOf({ a: A, b: B }, { web: ['10.0.0.1:80', '10.0.0.9:80'] }));
    expect(cellsOf(0)[COUNTERS.dials(1)]).toBe(0);
    cellsOf(0)[COUNTERS.dials(1)] = 3;
    refuse(plan);
    take(follow(planOf({ a: A, b: B }, { web: ['10.0.0.1:80', '10.0.0.8:80'] })));
    expect(cellsOf(0)[COUNTERS.dials(1)]).toBe(0);
  });

  test('a row that only a refused plan had begins at 0 for the next that has it', () => {
    const { follow, take, refuse, cellsOf } = world();
    const more = (address: string): Plan =>
      planOf({ a: A, b: B }, { web: ['10.0.0.1:80', '10.0.0.2:80', address] });
    refuse(follow(more('10.0.0.7:80')));
    cellsOf(1)[COUNTERS.dials(2)] = 3;
    take(follow(more('10.0.0.8:80')));
    expect(cellsOf(1)[COUNTERS.dials(2)]).toBe(0);
  });

  test('a pool is free when all its backends are', () => {
    const { follow, take, free, have, state } = world();
    take(follow(planOf({ a: A, b: B }, { other: ['10.0.0.1:80'] })));
    have(state.plan.version, state.plan.version - 1);
    expect(free().pools.size).toBe(0);
    have(state.plan.version);
    expect([...free().pools]).toEqual([0]);
  });
});
