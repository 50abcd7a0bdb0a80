import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BALANCE_POLICIES, type BackendPlan } from '../../src/core/plan.ts';
import { ALL_FULL, type Upstreams } from '../../src/core/upstreams.ts';
import { createPicker } from '../../src/upstream/index.ts';
import { PICK_CONFLICTS_MAX } from '../../src/upstream/picker.ts';
import { ContendedTable } from './contended-table.ts';
import { keyOf, type PoolSketch, plain, planOf } from './plans.ts';

/** The shard that disturbs the others. */
const INTRUDER = 4;

function start(sketch: PoolSketch, shards = 1) {
  const plan = planOf(sketch);
  const table = new ContendedTable(plan.backends.length, INTRUDER + 1);
  for (const { row, weight } of plan.backends) table.setWeight(row, weight);
  const pickers = Array.from({ length: shards }, (_, shard) => createPicker(plan, table, shard));
  return { plan, table, pickers, picker: pickers[0] as Upstreams };
}

/** Numbers from 0 to 1 that depend on the seed alone. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('a pick that another shard disturbs', () => {
  it('chooses again by the loads as they are then', () => {
    const { table, picker } = start({ balance: 'least_connections', backends: plain(2) });
    table.before = once((row) => table.beginBelow(row, INTRUDER, 0));
    expect(picker.pick(0, keyOf('10.0.0.1'), [])).toBe(1);
    expect([table.load(0), table.load(1), table.tries]).toEqual([1, 1, 2]);
  });

  it('takes another backend where the chosen one was filled meanwhile, none where all were', () => {
    const { table, picker } = start({ backends: [{ connectionsMax: 1 }, { connectionsMax: 1 }] });
    table.before = once((row) => table.beginBelow(row, INTRUDER, 0));
    expect(picker.pick(0, keyOf('10.0.0.1'), [])).toBe(1);
    table.reap(0);
    table.before = once(() => table.beginBelow(1, INTRUDER, 0));
    expect(picker.pick(0, keyOf('10.0.0.1'), [])).toBe(ALL_FULL);
    expect([table.load(0), table.load(1)]).toEqual([1, 1]);
  });

  it.each([['round_robin'], ['weighted_round_robin'], ['ip_hash']] as const)(
    'takes the same turns as one that nobody disturbs (%s)',
    (balance) => {
      const sketch: PoolSketch = { balance, backends: [{ weight: 5 }, { weight: 1 }, { weight: 1 }, {}] };
      fc.assert(
        fc.property(fc.integer(), (seed) => {
          const [calm, rough] = [start(sketch), start(sketch)];
          const random = randomOf(seed);
          rough.table.before = quietly(rough.table, (row) => {
            if (random() < 0.7) rough.table.beginBelow(row, INTRUDER, 0);
          });
          for (let n = 0; n < 100; n++) {
            const client = `10.0.${Math.floor(random() * 9)}.1`;
            expect(rough.picker.pick(0, keyOf(client), [])).toBe(calm.picker.pick(0, keyOf(client), []));
          }
          expect(rough.table.tries).toBeGreaterThan(100);
        }),
        { numRuns: 30 },
      );
    },
  );

  it('tries a bounded number of times, then goes by the last loads and by limits only', () => {
    const { table, picker } = start({ balance: 'least_connections', backends: plain(3) });
    table.before = quietly(table, (row) => table.beginBelow(row, INTRUDER, 0));
    expect(picker.pick(0, keyOf('10.0.0.1'), [])).toBeGreaterThanOrEqual(0);
    expect(table.tries).toBe(PICK_CONFLICTS_MAX);
    expect([0, 1, 2].reduce((sum, row) => sum + table.load(row), 0)).toBe(PICK_CONFLICTS_MAX + 2);
  });

  it('never passes a limit then either: it takes what is left, and nothing where nothing is', () => {
    for (const free of [1, 0]) {
      const connectionsMax = 2;
      const backends = Array.from({ length: 3 }, () => ({ connectionsMax }));
      const { table, picker } = start({ balance: 'least_connections', backends });
      /** A connection of the intruder comes or goes at each try; when limits alone count the last places go. */
      table.before = quietly(table, (row) => {
        if (table.tries < PICK_CONFLICTS_MAX) {
          if (table.load(row) === 0) table.beginBelow(row, INTRUDER, 0);
          else table.failed(row, INTRUDER);
          return;
        }
        for (const one of [0, 1, 2]) while (table.beginBelow(one, INTRUDER, connectionsMax));
        if (free > 0) table.failed(2, INTRUDER);
      });
      const loads = () => [0, 1, 2].map((one) => table.load(one));
      expect(picker.pick(0, keyOf('10.0.0.1'), [])).toBe(free > 0 ? 2 : ALL_FULL);
      expect(loads()).toEqual([2, 2, 2]);
    }
  });

  it('then gives no turn to a backend that it finds full: the others take the turns they would have anyway', () => {
    const connectionsMax = PICK_CONFLICTS_MAX + 1;
    const backends = [{ weight: 5, connectionsMax }, { weight: 2 }, {}];
    const sketch: PoolSketch = { balance: 'weighted_round_robin', backends };
    const [calm, rough] = [start(sketch), start(sketch)];
    const fill = (table: ContendedTable): void => {
      while (table.beginBelow(0, INTRUDER, connectionsMax));
    };
    fill(calm.table);
    let choices = 0;
    rough.table.before = quietly(rough.table, (row) => {
      if (++choices > PICK_CONFLICTS_MAX) fill(rough.table);
      else rough.table.beginBelow(row, INTRUDER, 0);
    });
    const turns = [calm, rough].map(({ picker }) =>
      [0, 1, 2].map(() => picker.pick(0, keyOf('10.0.0.1'), [])),
    );
    expect(turns[1]).toEqual(turns[0]);
  });
});

interface World {
  readonly seed: number;
  readonly shards: number;
  /** Whether connections end while another shard is about to count its choice. */
  readonly endsBetween: boolean;
  readonly backends: readonly Partial<BackendPlan>[];
}

describe('pickers of several shards over one table', () => {
  const backend = fc.record({
    weight: fc.integer({ min: 1, max: 4 }),
    connectionsMax: fc.integer({ min: 0, max: 6 }),
  });
  const worlds = fc.record({
    seed: fc.integer(),
    shards: fc.constantFrom(2, 4),
    endsBetween: fc.boolean(),
    backends: fc.array(backend, { minLength: 1, maxLength: 5 }),
  });

  it.each(BALANCE_POLICIES)(
    'never pass a limit, refuse only where all is full, and count what is open, in any interleaving (%s)',
    (balance) => {
      let conflicts = 0;
      fc.assert(
        fc.property(worlds, (world) => {
          conflicts += interleave({ ...world, balance });
        }),
        { numRuns: 60 },
      );
      expect(conflicts).toBeGreaterThan(100);
    },
  );
});

/** Lets all shards act at random, also between choosing and counting of others. Returns how many choices were spoiled. */
function interleave({ seed, shards, endsBetween, backends, balance }: World & PoolSketch): number {
  const { table, pickers } = start({ balance: balance ?? 'round_robin', backends }, shards);
  const random = randomOf(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const rows = backends.map((_, row) => row);
  const maxOf = (row: number): number => backends[row]?.connectionsMax || Number.POSITIVE_INFINITY;
  const weightOf = (row: number): number => backends[row]?.weight ?? 1;
  const open = pickers.map(() => ({ connecting: [] as number[], active: [] as number[] }));
  const choosing = new Set<number>();
  /** By row: what has ended so far; and by shard: what had when it read the loads for its present choice. */
  const ended = rows.map(() => 0);
  const endedAtRead = pickers.map(() => [...ended]);
  let counted = 0;

  const end = (shard: number): void => {
    const { connecting, active } = open[shard] as (typeof open)[number];
    const what = pick(['connected', 'failed', 'released'] as const);
    const from = what === 'released' ? active : connecting;
    const [row] = from.splice(Math.floor(random() * from.length), 1);
    if (row === undefined) return;
    pickers[shard]?.[what](row);
    if (what === 'connected') active.push(row);
    else ended[row]! += 1;
  };
  const dial = (shard: number): void => {
    choosing.add(shard);
    const { forced } = table;
    const row = pickers[shard]?.pick(0, keyOf(`10.0.0.${Math.floor(random() * 20)}`), []) ?? -1;
    choosing.delete(shard);
    if (row >= 0) open[shard]?.connecting.push(row);
    else if (table.forced === forced) for (const one of rows) expect(table.load(one)).toBe(maxOf(one));
  };

  table.before = (_row, choosingShard) => {
    endedAtRead[choosingShard] = [...ended];
    const others = pickers.map((_, shard) => shard).filter((shard) => !choosing.has(shard));
    while (others.length > 0 && random() < 0.5) {
      const shard = pick(others);
      if (endsBetween && random() < 0.5) end(shard);
      else if (random() < 0.8) dial(shard);
    }
  };
  table.counted = (row, shard, load) => {
    counted++;
    expect(table.load(row)).toBeLessThanOrEqual(maxOf(row));
    if (balance !== 'least_connections') return;
    for (const other of rows) {
      const endedMeanwhile = (ended[other] ?? 0) - (endedAtRead[shard]?.[other] ?? 0);
      const seen = other === row ? load : table.load(other) + endedMeanwhile;
      if (seen < maxOf(other)) expect(load * weightOf(other)).toBeLessThanOrEqual(seen * weightOf(row));
    }
  };

  for (let step = 0; step < 150; step++) {
    const shard = Math.floor(random() * pickers.length);
    if (random() < 0.6) dial(shard);
    else end(shard);
  }
  for (const row of rows) {
    const here = open.flatMap(({ connecting }) => connecting).filter((one) => one === row).length;
    const there = open.flatMap(({ active }) => active).filter((one) => one === row).length;
    expect([table.connecting(row), table.active(row)]).toEqual([here, there]);
    expect(table.load(row)).toBeLessThanOrEqual(maxOf(row));
  }
  return table.tries - counted;
}

/** Does something the first time only, and is not disturbed by what it does itself. */
function once(act: (row: number) => void): (row: number) => void {
  let isDone = false;
  return (row) => {
    if (isDone) return;
    isDone = true;
    act(row);
  };
}

/** Is not disturbed by what it does itself. */
function quietly(table: ContendedTable, act: (row: number) => void): (row: number) => void {
  return (row) => {
    const { before } = table;
    table.before = () => {};
    act(row);
    table.before = before;
  };
}
