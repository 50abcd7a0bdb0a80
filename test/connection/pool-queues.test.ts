import { describe, expect, test } from 'vitest';
import { PoolQueues, type Queued } from '../../src/connection/index.ts';
import { type PoolPlaces, queueKey } from '../../src/core/pool-places.ts';
import type { Timers } from '../../src/core/ports.ts';
import { ALL_FULL } from '../../src/core/upstreams.ts';
import { allocateRegions, createPoolPlaces, reapPoolPlaces } from '../../src/shared-memory/index.ts';
import { Dice } from '../simulation/dice.ts';

const POOL = 3;
const WAITING_MAX = 10_000;

interface Comer extends Queued {
  readonly shard: number;
  state: 'waiting' | 'inside' | 'gone';
}

/** The queues of several shards before one backend, on one thread; wake-ups and polls come when the test says so. */
class Shards {
  readonly placed: Comer[] = [];
  readonly comers: Comer[] = [];
  readonly regions;
  readonly #max: number;
  readonly #places: PoolPlaces[] = [];
  readonly #queues: PoolQueues[] = [];
  readonly #polls = new Map<number, () => void>();
  readonly #hung = new Set<number>();
  wakes: number[] = [];
  inside = 0;
  mostInside = 0;

  constructor(shards: number, max: number) {
    this.#max = max;
    this.regions = allocateRegions({ shards, connections: 10, countersLength: 1, ringBytes: 1024 });
    for (let shard = 0; shard < shards; shard++) {
      const places = createPoolPlaces(this.regions, shard, (other) => void this.wakes.push(other));
      this.#places.push(places);
      this.#queues.push(
        new PoolQueues({
          places,
          timers: this.#timersOf(shard),
          changed: () => {},
          isFull: (picked) => picked === ALL_FULL,
        }),
      );
    }
  }

  places(shard: number): PoolPlaces {
    return this.#places[shard] as PoolPlaces;
  }

  queue(shard: number): PoolQueues {
    return this.#queues[shard] as PoolQueues;
  }

  /** Somebody comes, as `pickBackend` receives him. */
  come(shard: number, priority = 0, plan: object = this): Comer {
    const comer: Comer = {
      shard,
      pool: POOL,
      plan,
      waitingMax: WAITING_MAX,
      key: queueKey(priority, this.places(shard).ticket(POOL)),
      state: 'waiting',
      pick: () => this.#pick(),
      placed: () => {
        comer.state = 'inside';
        this.placed.push(comer);
      },
      refused: () => {
        throw new Error('refused');
      },
      defect: (error) => {
        throw error;
      },
    };
    this.comers.push(comer);
    const isFree = this.places(shard).waiting(POOL) === 0;
    if (isFree && comer.pick() >= 0) comer.placed(0);
    else expect(this.queue(shard).add(comer)).toBe(true);
    return comer;
  }

  go(comer: Comer): void {
    comer.state = 'gone';
    this.inside--;
    this.queue(comer.shard).freed(POOL);
  }

  giveUp(comer: Comer): void {
    comer.state = 'gone';
    this.queue(comer.shard).remove(comer);
  }

  of(state: Comer['state']): Comer[] {
    return this.comers.filter((comer) => comer.state === state);
  }

  settle(): void {
    for (let shard = this.wakes.shift(); shard !== undefined; shard = this.wakes.shift())
      if (!this.#hung.has(shard)) this.queue(shard).grant();
  }

  hang(shard: number): void {
    this.#hung.add(shard);
  }

  /** The time of every poll has come, once. */
  poll(): void {
    const polls = [...this.#polls];
    this.#polls.clear();
    for (const [shard, fire] of polls) if (!this.#hung.has(shard)) fire();
    this.settle();
  }

  get polls(): number {
    return this.#polls.size;
  }

  #pick(): number {
    if (this.inside >= this.#max) return ALL_FULL;
    this.inside++;
    this.mostInside = Math.max(this.mostInside, this.inside);
    return 0;
  }

  /** Time stands still but for `poll`. */
  #timersOf(shard: number): Timers {
    return {
      epoch: 0,
      now: () => 0,
      after: (_ms, fire) => {
        this.#polls.set(shard, fire);
        return { cancel: () => void this.#polls.delete(shard) };
      },
    };
  }
}

const keys = (comers: readonly Comer[]): number[] => comers.map(({ key }) => key);
const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

describe('the queues of several shards', () => {
  test.each([1, 2, 3, 4, 5, 6])(
    'serve by priority and arrival, whatever comes and goes (seed %i)',
    (seed) => {
      const dice = new Dice(seed);
      const world = new Shards(4, 3);
      for (let step = 0; step < 600; step++) {
        const [what, shard] = [dice.next(), dice.between(0, 3)];
        const served = world.placed.length;
        const first = Math.min(...keys(world.of('waiting')));
        if (what < 0.5) world.come(shard, dice.between(-1, 1));
        else if (what < 0.65 && world.of('waiting').length > 0) world.giveUp(dice.one(world.of('waiting')));
        else if (world.of('inside').length > 0) world.go(dice.one(world.of('inside')));
        world.settle();
        const [next, ...more] = world.placed.slice(served);
        expect(more).toEqual([]);
        if (what >= 0.65 && next !== undefined) expect(next.key).toBe(first);
        expect(world.inside === 3 || world.of('waiting').length === 0, 'no place is left unused').toBe(true);
      }
      expect(world.mostInside).toBe(3);
      while (world.of('inside').length > 0) {
        world.go(world.of('inside')[0] as Comer);
        world.settle();
      }
      expect([world.inside, world.places(0).waiting(POOL), world.places(0).first(POOL), world.polls]).toEqual(
        [0, 0, 0, 0],
      );
    },
  );

  test('a newcomer does not take the place that another shard was woken for', () => {
    const world = new Shards(2, 1);
    const first = world.come(0);
    const second = world.come(1);
    world.go(first);
    const third = world.come(0);
    world.settle();
    expect([second.state, third.state]).toEqual(['inside', 'waiting']);
  });

  test('a wake-up that was lost is made up for by a poll', () => {
    const world = new Shards(2, 1);
    const first = world.come(0);
    const second = world.come(1);
    world.go(first);
    world.wakes = [];
    expect(second.state).toBe('waiting');
    world.poll();
    expect(second.state).toBe('inside');
  });

  test('a shard that hangs is passed over after two polls, not before', () => {
    const world = new Shards(3, 1);
    const first = world.come(0);
    world.come(1);
    const [third, fourth] = [world.come(2), world.come(2)];
    world.hang(1);
    world.go(first);
    world.poll();
    expect(third.state).toBe('waiting');
    world.poll();
    expect([third.state, fourth.state]).toEqual(['inside', 'waiting']);
  });

  test('a shard that died holds nobody up', () => {
    const world = new Shards(2, 1);
    const first = world.come(1);
    world.come(0);
    const third = world.come(1);
    world.hang(0);
    expect(reapPoolPlaces(world.regions, 0)).toBe(true);
    world.go(first);
    world.settle();
    expect([third.state, world.places(1).waiting(POOL)]).toEqual(['inside', 0]);
  });

  test('those of a newer plan get what those of an older one cannot have', () => {
    const world = new Shards(1, 1);
    world.come(0);
    const older = world.come(0, 0, {});
    Object.assign(older, { pick: () => ALL_FULL });
    const newer = world.come(0, 0, {});
    world.go(world.placed[0] as Comer);
    expect([older.state, newer.state]).toEqual(['waiting', 'inside']);
  });

  test('one that throws when it is tried leaves the queue, and the next is tried', () => {
    const world = new Shards(1, 1);
    const first = world.come(0);
    const [broken, last] = [world.come(0), world.come(0)];
    const told: unknown[] = [];
    Object.assign(broken, {
      pick: () => {
        throw new Error('boom');
      },
      defect: (error: unknown) => told.push(error),
    });
    world.go(first);
    expect(told).toEqual([new Error('boom')]);
    expect([last.state, world.places(0).waiting(POOL)]).toEqual(['inside', 0]);
  });

  test('a thousand that end as soon as they are placed do not nest', () => {
    const world = new Shards(1, 1);
    const first = world.come(0);
    let [depth, deepest] = [0, 0];
    for (let n = 0; n < 1000; n++) {
      const comer = world.come(0);
      Object.assign(comer, {
        placed: () => {
          depth++;
          deepest = Math.max(deepest, depth);
          world.placed.push(comer);
          world.go(comer);
          depth--;
        },
      });
    }
    world.go(first);
    expect([world.placed.length, deepest, world.inside]).toEqual([1001, 1, 0]);
    expect(keys(world.placed)).toEqual(sorted(keys(world.placed)));
  });
});
