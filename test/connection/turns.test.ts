import { describe, expect, test } from 'vitest';
import { Dice } from '../simulation/dice.ts';
import { planOf } from './plan.ts';
import { type Comer, Rooms } from './rooms.ts';

const SEEDS = 300;
/** Things that happen between two looks, and looks in all. */
const ACTIONS = 12;
const LOOKS = 10;
const PLACES = 3;

/** Rooms in which much happens by chance; `look` sees them at moments at which no wake-up is under way. */
function crowded(seed: number, connectionsPerIp: number, look: (rooms: Rooms) => void): Rooms {
  const dice = new Dice(seed);
  const plan = planOf({ limits: { connections: PLACES, connectionsPerIp, onLimit: 'wait' } });
  const rooms = new Rooms(plan, dice.between(2, 4), dice);
  for (let looks = 0; looks < LOOKS; looks++) {
    rooms.interrupt(true);
    for (let action = 0; action < ACTIONS; action++) rooms.anything();
    rooms.interrupt(false);
    rooms.settle();
    look(rooms);
  }
  return rooms;
}

describe('turns: shards that wait for the places of one listener', () => {
  test('never have more than the limit, and all of it is used at times', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const rooms = crowded(seed, 0, () => {});
      expect(rooms.mostInside, `seed ${seed}`).toBe(PLACES);
    }
  });

  test('leave no place idle while somebody waits, once the wake-ups are delivered', () => {
    let crowds = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      crowded(seed, 0, (rooms) => {
        if (rooms.waiting.length === 0) return;
        crowds++;
        expect(rooms.inside.length, `seed ${seed}`).toBe(PLACES);
      });
    }
    expect(crowds).toBeGreaterThan(SEEDS);
  });

  test('leave no place idle for somebody whose client has one to spare, when they have polled', () => {
    let held = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      crowded(seed, 1, (rooms) => {
        rooms.poll();
        const inside = new Set(rooms.inside.map(({ client }) => client));
        expect(inside.size, `seed ${seed}: one of each client`).toBe(rooms.inside.length);
        if (inside.size === PLACES) return;
        for (const { client } of rooms.waiting) expect(inside, `seed ${seed}`).toContain(client);
        held += rooms.waiting.length;
      });
    }
    expect(held).toBeGreaterThan(0);
  });

  test('let in those of one shard in the order in which they came', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { granted } = crowded(seed, 0, () => {});
      for (let shard = 0; shard < 4; shard++) {
        const orders = granted.filter((comer) => comer.shard === shard).map(({ order }) => order);
        expect(orders, `seed ${seed}`).toEqual([...orders].sort((a, b) => a - b));
      }
    }
  });

  test.each([2, 3, 4])('%d shards take turns, whichever of them gives a place back', (shards) => {
    const dice = new Dice(shards);
    const rooms = new Rooms(planOf({ limits: { connections: PLACES, onLimit: 'wait' } }), shards, dice);
    for (let shard = 0; shard < shards; shard++) for (let i = 0; i < 12; i++) rooms.come(shard, '10.0.0.1');
    rooms.settle();
    for (let served = 0; served < 8 * shards; served++) {
      rooms.go(dice.one(rooms.inside));
      rooms.settle();
      expect(rooms.inside.length).toBe(PLACES);
    }
    const turns = rooms.granted.map(({ shard }) => shard);
    const first = turns[0] ?? -1;
    expect(turns).toEqual(turns.map((_, i) => (first + i) % shards));
  });

  test('a newcomer does not overtake those who wait in another shard', () => {
    const rooms = new Rooms(planOf({ limits: { connections: 1, onLimit: 'wait' } }), 2, new Dice(1));
    const inside = rooms.come(0, '10.0.0.1');
    const first = rooms.come(0, '10.0.0.2');
    rooms.go(inside);
    expect(first.state).toBe('inside');
    const second = rooms.come(1, '10.0.0.3');
    rooms.go(first);
    const third = rooms.come(0, '10.0.0.4');
    expect([second.state, third.state], 'before the wake-up is delivered').toEqual(['waiting', 'waiting']);
    rooms.settle();
    expect([second.state, third.state]).toEqual(['inside', 'waiting']);
  });

  test('a shard whose last one gives up while it has the turn leaves the place to another', () => {
    const rooms = new Rooms(planOf({ limits: { connections: 1, onLimit: 'wait' } }), 3, new Dice(1));
    const inside = rooms.come(0, '10.0.0.1');
    const waiting: Comer[] = [rooms.come(1, '10.0.0.2'), rooms.come(2, '10.0.0.3')];
    rooms.go(inside);
    rooms.giveUp(waiting[0] as Comer);
    rooms.settle();
    expect(waiting.map(({ state }) => state)).toEqual(['gone', 'inside']);
  });

  test('a shard where only the own limit of clients holds somebody up does not hold up the others', () => {
    const limits = { connections: 2, connectionsPerIp: 1, onLimit: 'wait' } as const;
    const rooms = new Rooms(planOf({ limits }), 2, new Dice(1));
    rooms.come(0, '10.0.0.1');
    const other = rooms.come(0, '10.0.0.2');
    const held = rooms.come(1, '10.0.0.1');
    const free = rooms.come(0, '10.0.0.3');
    rooms.go(other);
    rooms.settle();
    expect([held.state, free.state]).toEqual(['waiting', 'inside']);
  });

  test('a wake-up that is lost costs a poll and nothing else', () => {
    const rooms = new Rooms(planOf({ limits: { connections: 1, onLimit: 'wait' } }), 2, new Dice(1));
    const inside = rooms.come(0, '10.0.0.1');
    const waiting = rooms.come(1, '10.0.0.2');
    rooms.go(inside);
    rooms.loseWakes();
    rooms.settle();
    expect(waiting.state).toBe('waiting');
    rooms.poll();
    expect(waiting.state).toBe('inside');
  });

  test('a shard that hangs while it has the turn loses it, and the others lose no place by that', () => {
    const rooms = new Rooms(planOf({ limits: { connections: 1, onLimit: 'wait' } }), 3, new Dice(1));
    let inside = rooms.come(0, '10.0.0.1');
    const hung = [rooms.come(1, '10.0.0.2'), rooms.come(1, '10.0.0.2')];
    const others = [rooms.come(2, '10.0.0.3'), rooms.come(0, '10.0.0.4'), rooms.come(2, '10.0.0.5')];
    rooms.hang(1);
    for (const next of others) {
      rooms.go(inside);
      rooms.settle();
      rooms.poll();
      if (next === others[0]) expect(next.state, 'it may only be late').toBe('waiting');
      rooms.poll();
      expect(next.state).toBe('inside');
      inside = next;
    }
    expect(hung.map(({ state }) => state)).toEqual(['waiting', 'waiting']);
    expect(rooms.mostInside).toBe(1);
  });

  test('a shard that is only waited for, since no place is free, keeps its turn however often the others poll', () => {
    const rooms = new Rooms(planOf({ limits: { connections: 1, onLimit: 'wait' } }), 2, new Dice(1));
    const inside = rooms.come(0, '10.0.0.1');
    const first = rooms.come(1, '10.0.0.2');
    const second = rooms.come(0, '10.0.0.3');
    for (let polls = 0; polls < 5; polls++) rooms.poll();
    rooms.go(inside);
    rooms.settle();
    expect([first.state, second.state]).toEqual(['inside', 'waiting']);
  });
});
