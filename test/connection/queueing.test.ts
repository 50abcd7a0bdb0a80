import { afterEach, describe, expect, test } from 'vitest';
import { type Cidr, parseCidr } from '../../src/core/cidr.ts';
import type { ClosedFact } from '../../src/core/facts.ts';
import { UNHEALTHY } from '../../src/core/upstream-table.ts';
import type { MemoryPeer } from '../../src/plane/memory/index.ts';
import { Dice } from '../simulation/dice.ts';
import { routeTo } from './plan.ts';
import { closeWorlds, seen, World, type WorldPieces } from './world.ts';

afterEach(closeWorlds);

const QUEUE = { waitingMax: 1000, timeoutMs: 60_000 };

/** One backend that takes one connection, and a queue before it. */
const ONE: WorldPieces = { backends: 1, connectionsMax: 1, pool: { queue: QUEUE } };

/** So many clients, one after another. */
function crowd(world: World, count: number, host = '10.0.2.1'): MemoryPeer[] {
  return Array.from({ length: count }, () => {
    const client = world.connect(host);
    world.run(5);
    return client;
  });
}

/** The ids of connections in the order in which they began to be relayed. */
function served(world: World): number[] {
  return world.facts
    .filter((fact) => fact.kind === 'entered' && fact.state === 'streaming')
    .map((fact) => (fact.kind === 'entered' ? fact.connection : -1));
}

function waiting(world: World): number {
  return world.cells[world.layout.pools(0, 'waiting')] ?? Number.NaN;
}

function queueOf(world: World, index: number) {
  return world.shard.view(world.ids[index] ?? -1)?.queue;
}

/** Ends whoever is being relayed until nobody is. */
function serveAll(world: World): void {
  for (let index = served(world).length; index > 0; ) {
    world.shard.registry.kill(served(world).at(-1) ?? -1);
    world.run(5);
    if (served(world).length === index) break;
    index = served(world).length;
  }
}

describe('waiting for a place: order', () => {
  test('those that wait are served in the order in which they came', async () => {
    const world = await World.open(ONE);
    crowd(world, 8);
    expect([served(world).length, waiting(world), world.state(3)]).toEqual([1, 7, 'dialing']);
    serveAll(world);
    expect(served(world)).toEqual(world.ids);
    expect(waiting(world)).toBe(0);
  });

  test('a route of a lower priority number comes first, and within one the first that came', async () => {
    const source = (text: string) => ({ source: [parseCidr(text) as Cidr] });
    const routes = [
      { ...routeTo(0, source('10.0.3.1/32'), 'vip'), priority: -5 },
      { ...routeTo(0, source('10.0.4.1/32'), 'later'), priority: 7 },
      routeTo(0),
    ];
    const world = await World.open({ ...ONE, routes });
    const hosts = ['10.0.2.1', '10.0.4.1', '10.0.2.1', '10.0.3.1', '10.0.4.1', '10.0.3.1', '10.0.2.1'];
    for (const host of hosts) crowd(world, 1, host);
    serveAll(world);
    expect(served(world).map((id) => world.ids.indexOf(id))).toEqual([0, 3, 5, 2, 6, 1, 4]);
  });

  test('a newcomer does not take a place that came free while others wait', async () => {
    const world = await World.open({ ...ONE, connectionsMax: 2 });
    crowd(world, 4);
    world.kill(0);
    world.kill(1);
    world.connect();
    world.run(20);
    expect(served(world)).toEqual(world.ids.slice(0, 4));
  });

  test('one whose backend fails while others wait is not last again', async () => {
    const world = await World.open({ ...ONE, connect: { retries: 2 } });
    crowd(world, 3);
    world.backendRule(0, { connect: 'refused' });
    world.kill(0);
    world.run(20);
    world.backendRule(0, null);
    world.run(500);
    world.kill(1);
    world.run(500);
    expect(served(world)).toEqual(world.ids);
    expect(world.closed(1).attempts.map(({ error }) => error)).toContain('ECONNREFUSED');
  });

  test.each([1, 2, 3])(
    'five hundred that come and leave by chance keep their order (seed %i)',
    async (seed) => {
      const dice = new Dice(seed);
      const world = await World.open({ ...ONE, connectionsMax: 5, seed, connections: 1000 });
      const clients = crowd(world, 505);
      expect(waiting(world)).toBe(500);
      const left = clients.filter(
        (client, index) => index >= 5 && dice.often(0.3) && client.reset() === undefined,
      );
      world.run(5);
      expect(waiting(world)).toBe(500 - left.length);
      expect(world.table.load(0)).toBe(5);
      for (let round = 0; waiting(world) > 0; round++) {
        expect(round).toBeLessThan(600);
        world.shard.registry.kill(served(world)[round] ?? -1);
        world.run(3);
        expect(world.table.load(0)).toBeLessThanOrEqual(5);
      }
      const gone = new Set(left.map((client) => clients.indexOf(client)));
      expect(served(world)).toEqual(world.ids.filter((_, index) => !gone.has(index)));
    },
  );
});

describe('waiting for a place: its end', () => {
  test.each([
    ['reset', 'reset'],
    ['close', 'fin'],
  ] as const)('who has waited for too long is told by on_full: %s', async (onFull, how) => {
    const world = await World.open({ ...ONE, pool: { queue: { ...QUEUE, timeoutMs: 700 }, onFull } });
    const [, second] = crowd(world, 2) as [MemoryPeer, MemoryPeer];
    world.run(600);
    expect(seen(second)).toBe('open');
    world.run(200);
    expect(seen(second)).toBe(how);
    second.end();
    world.run(20);
    expect(world.closed(1)).toMatchObject({ reason: 'queue-timeout', during: 'dialing', attempts: [] });
    expect(world.closed(1).queueMs).toBeGreaterThanOrEqual(700);
    expect(world.closed(1).queueMs).toBeLessThan(750);
    expect([waiting(world), world.state(0)]).toEqual([0, 'streaming']);
  });

  test('a client that resets leaves at once, from wherever it stands', async () => {
    const world = await World.open(ONE);
    const clients = crowd(world, 6);
    for (const index of [3, 1, 5]) clients[index]?.reset();
    world.run(5);
    expect(waiting(world)).toBe(2);
    expect([1, 3, 5].map((index) => world.closed(index).reason)).toEqual(Array(3).fill('client-reset'));
    serveAll(world);
    expect(served(world).map((id) => world.ids.indexOf(id))).toEqual([0, 2, 4]);
  });

  test('a client that finishes waits on, and is given up at once under abort_on_fin', async () => {
    for (const abortOnFin of [false, true]) {
      const world = await World.open({ ...ONE, connect: { abortOnFin } });
      const [, second] = crowd(world, 2) as [MemoryPeer, MemoryPeer];
      second.end();
      world.run(20);
      expect(waiting(world)).toBe(abortOnFin ? 0 : 1);
      world.kill(0);
      world.run(20);
      expect(world.state(1)).toBe(abortOnFin ? 'closed' : 'half-closed-client');
      if (abortOnFin) expect(world.closed(1).reason).toBe('client-abort');
    }
  });

  test.each([
    ['reset', 'reset'],
    ['close', 'fin'],
  ] as const)('who finds the queue full is told by on_full: %s, and counted', async (onFull, how) => {
    const world = await World.open({ ...ONE, pool: { queue: { ...QUEUE, waitingMax: 2 }, onFull } });
    const [fourth] = crowd(world, 4).slice(3) as [MemoryPeer];
    expect(seen(fourth)).toBe(how);
    fourth.end();
    world.run(20);
    expect(world.closed(3)).toMatchObject({
      reason: 'limit',
      refusal: '2 connections wait for the pool already',
      queueMs: 0,
    } satisfies Partial<ClosedFact>);
    expect(world.cells[world.layout.pools(0, 'queue-full')]).toBe(1);
    expect(waiting(world)).toBe(2);
  });

  test.each([
    ['reset', 'reset'],
    ['close', 'fin'],
  ] as const)('without a queue nobody waits, and on_full: %s is the answer', async (onFull, how) => {
    const world = await World.open({ ...ONE, pool: { queue: null, onFull } });
    const [, second] = crowd(world, 2) as [MemoryPeer, MemoryPeer];
    expect(seen(second)).toBe(how);
    second.end();
    world.run(20);
    expect(world.closed(1)).toMatchObject({ reason: 'no-backend', queueMs: 0 });
  });

  test('where no backend is sound any more those that wait fail, and while one is they stay', async () => {
    const world = await World.open({ ...ONE, backends: 2 });
    crowd(world, 4);
    world.table.setHealth(0, UNHEALTHY);
    world.run(200);
    expect(waiting(world)).toBe(2);
    world.table.setHealth(1, UNHEALTHY);
    world.run(200);
    expect(waiting(world)).toBe(0);
    expect([2, 3].map((index) => world.closed(index).reason)).toEqual(['no-backend', 'no-backend']);
  });

  test('a backend that comes back takes those that wait', async () => {
    const world = await World.open({ ...ONE, backends: 2 });
    world.table.setHealth(1, UNHEALTHY);
    crowd(world, 2);
    expect(waiting(world)).toBe(1);
    world.table.setHealth(1, 1);
    world.run(200);
    expect([waiting(world), world.table.load(1)]).toEqual([0, 1]);
  });

  test('an operator and the end of the service end those that wait', async () => {
    const world = await World.open(ONE);
    crowd(world, 3);
    world.kill(1);
    world.run(5);
    expect([world.closed(1).reason, waiting(world)]).toEqual(['killed', 1]);
  });
});

describe('limits of a pool', () => {
  test('its connections are counted over all its backends, and no more are made', async () => {
    const world = await World.open({ backends: 3, pool: { connectionsMax: 4, queue: QUEUE } });
    crowd(world, 10);
    expect([0, 1, 2].reduce((sum, row) => sum + world.table.load(row), 0)).toBe(4);
    expect(waiting(world)).toBe(6);
    serveAll(world);
    expect(served(world).slice(0, 5)).toEqual(world.ids.slice(0, 5));
    for (const id of world.ids) world.shard.registry.kill(id);
    world.run(1500);
    expect(world.shard.connections).toBe(0);
  });

  test('a backend is begun no more connections in a second than its rate, the others wait', async () => {
    const world = await World.open({ backends: 1, connectRate: 10, pool: { queue: QUEUE } });
    crowd(world, 40);
    const atOnce = served(world).length;
    expect(atOnce).toBeGreaterThanOrEqual(10);
    expect(atOnce).toBeLessThanOrEqual(13);
    world.run(1000);
    expect(served(world).length - atOnce).toBeGreaterThanOrEqual(9);
    expect(served(world).length - atOnce).toBeLessThanOrEqual(11);
    expect(served(world)).toEqual(world.ids.slice(0, served(world).length));
  });
});

describe('who waits is seen', () => {
  test('the view of a connection tells since when it waits and how many come before it', async () => {
    const world = await World.open(ONE);
    crowd(world, 4);
    expect(queueOf(world, 0)).toBeNull();
    const [second, fourth] = [queueOf(world, 1), queueOf(world, 3)];
    expect([second?.ahead, fourth?.ahead, fourth?.waiting]).toEqual([0, 2, 3]);
    expect(fourth?.since).toBeGreaterThan(second?.since ?? 0);
  });

  test('its end tells how long it has waited, and the time is part of its stay in dialing', async () => {
    const world = await World.open(ONE);
    crowd(world, 2);
    world.run(300);
    world.kill(0);
    world.run(20);
    world.kill(1);
    world.run(1100);
    const { queueMs, visits } = world.closed(1);
    const dialing = visits.find(({ state }) => state === 'dialing');
    expect(queueMs).toBeGreaterThan(300);
    expect(queueMs).toBeLessThanOrEqual((dialing?.to ?? 0) - (dialing?.from ?? 0));
    expect(world.closed(0).queueMs).toBe(0);
  });
});
