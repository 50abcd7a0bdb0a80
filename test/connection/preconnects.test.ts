import { afterEach, describe, expect, test } from 'vitest';
import { SPEAKS_FIRST_OFF_MS } from '../../src/connection/preconnect-row.ts';
import { PRECONNECT_LOOK_MS } from '../../src/connection/preconnects.ts';
import { PRECONNECT_COUNTS, type PreconnectCount, type PreconnectPlan } from '../../src/core/preconnect.ts';
import { UNHEALTHY } from '../../src/core/upstream-table.ts';
import type { ConnectFault } from '../../src/plane/memory/index.ts';
import type { ShardParts } from '../../src/shard.ts';
import { Dice } from '../simulation/dice.ts';
import { CONNECT_TIMEOUT_MS, planOf } from './plan.ts';
import { bytesOf, closeWorlds, seen, World, type WorldPieces } from './world.ts';

afterEach(closeWorlds);

const LINK = { latencyToServerMs: 20, latencyToClientMs: 20 };
const SETTLE_MS = 500;

function pieces(preconnect: Partial<PreconnectPlan> = {}, more: WorldPieces = {}): WorldPieces {
  const plan = { idleMin: 2, idleMax: 4, ageMs: 30_000, serverFirst: false, ...preconnect };
  return { backends: 1, link: LINK, ...more, pool: { preconnect: plan, ...more.pool } };
}

async function ready(preconnect: Partial<PreconnectPlan> = {}, more: WorldPieces = {}): Promise<World> {
  const world = await World.open(pieces(preconnect, more));
  world.run(SETTLE_MS);
  return world;
}

function counted(world: World, what: PreconnectCount, row = 0): number {
  return world.cells[world.layout.preconnect(row, what)] ?? Number.NaN;
}

/** What is counted of a backend and is not 0. */
function counts(world: World): Partial<Record<PreconnectCount, number>> {
  const all = PRECONNECT_COUNTS.map((what) => [what, counted(world, what)] as const);
  return Object.fromEntries(all.filter(([, count]) => count !== 0));
}

/** The backend's peer that gets a new client's first bytes; the client stays. */
function served(world: World): number {
  const client = world.connect();
  client.write(bytesOf(10, world.backends.length));
  world.run(SETTLE_MS);
  return world.backends.findIndex((peer) => peer.receivedBytes > 0 && seen(peer) === 'open');
}

describe('preconnect: hand-out', () => {
  test('a client gets a connection that was made before it came, in no time, and what it saves is counted', async () => {
    const world = await ready();
    expect([world.backends.length, counts(world)]).toEqual([2, { idle: 2 }]);
    expect(served(world)).toBe(1);
    world.kill();
    world.run(SETTLE_MS);
    const [attempt] = world.closed().attempts;
    expect((attempt?.to ?? Number.NaN) - (attempt?.from ?? Number.NaN)).toBe(0);
    expect(counted(world, 'hits')).toBe(1);
    expect(counted(world, 'saved')).toBeCloseTo(0.04, 6);
    expect(world.cells[world.layout.dials(0)]).toBe(1);
  });

  test('what is taken is made again, so that as many stand ready as before', async () => {
    const world = await ready();
    served(world);
    expect([counted(world, 'idle'), world.backends.length]).toEqual([2, 3]);
  });

  test('none made ahead counts as a connection of the backend before it is taken', async () => {
    const world = await ready();
    expect(world.counts(0)).toEqual([0, 0]);
    served(world);
    expect(world.counts(0)).toEqual([0, 1]);
  });

  test('one is dialed where none stands ready, and from then on one more does, up to the most', async () => {
    const world = await ready({ idleMin: 0, idleMax: 2 });
    expect(world.backends).toHaveLength(0);
    const grown: number[] = [];
    for (let burst = 1; burst <= 4; burst++) {
      for (let client = 0; client < burst; client++) world.connect();
      world.run(SETTLE_MS);
      grown.push(counted(world, 'idle'));
    }
    expect(grown).toEqual([1, 2, 2, 2]);
    expect([counted(world, 'hits'), counted(world, 'misses')]).toEqual([5, 5]);
  });

  test('a pool that does not ask for it has no timer, no connection and no count', async () => {
    const world = await World.open({ backends: 1 });
    world.run(SETTLE_MS);
    expect([world.network.timers, world.backends.length, counts(world)]).toEqual([0, 0, {}]);
  });
});

describe('preconnect: what may not stay', () => {
  test('one that nobody took is closed at its age, and there is one less where there were more than the least', async () => {
    const world = await ready({ idleMin: 0, idleMax: 1, ageMs: 2000 });
    served(world);
    expect(counted(world, 'idle')).toBe(1);
    world.run(2000 + PRECONNECT_LOOK_MS);
    expect(counts(world)).toMatchObject({ misses: 1, expired: 1 });
    expect(counted(world, 'idle')).toBe(0);
  });

  test.each(['end', 'reset'] as const)(
    'one that its backend has ended by %s is not handed out, and another is made after a pause',
    async (how) => {
      const world = await ready({ idleMin: 1 });
      world.backend()[how]();
      world.run(40);
      expect(counts(world)).toEqual({ ended: 1 });
      world.run(SETTLE_MS);
      expect(served(world)).toBe(1);
    },
  );

  test('those of a backend that goes down, is ejected or drained are closed, and come back with it', async () => {
    const world = await ready();
    const breaks = [
      () => world.table.setHealth(0, UNHEALTHY),
      () => world.table.setWeight(0, 0),
      () => world.table.circuits.set(0, 'open'),
    ];
    for (const [index, breakIt] of breaks.entries()) {
      breakIt();
      world.run(2 * PRECONNECT_LOOK_MS);
      expect([counted(world, 'idle'), counted(world, 'unusable')]).toEqual([0, 2 * (index + 1)]);
      world.table.setHealth(0, 0);
      world.table.setWeight(0, 1);
      world.table.circuits.set(0, 'closed');
      world.run(SETTLE_MS);
      expect(counted(world, 'idle')).toBe(2);
    }
  });

  /** Nothing is made ahead until the rule is set. */
  async function ruled(connect: ConnectFault): Promise<World> {
    const world = await World.open({ backends: 1, link: LINK });
    world.backendRule(0, { connect });
    await world.reload(planOf({ ...pieces({ idleMin: 1 }), version: 2 }));
    return world;
  }

  test('attempts that fail are counted, come ever more seldom, and count nowhere against the backend', async () => {
    const world = await ruled('refused');
    world.run(10_000);
    const first = counted(world, 'failed');
    world.run(10_000);
    expect(first).toBeGreaterThan(3);
    expect(counted(world, 'failed') - first).toBeLessThan(first);
    expect(world.cells[world.layout.dialFailures(0)]).toBe(0);
    world.backendRule(0, null);
    world.run(5500);
    expect(counted(world, 'idle')).toBe(1);
  });

  test('an attempt that nobody answers is given up after connect.timeout', async () => {
    const world = await ruled('black-hole');
    world.run(CONNECT_TIMEOUT_MS - 10);
    expect([world.plane.open, counts(world)]).toEqual([1, {}]);
    world.run(10 + PRECONNECT_LOOK_MS);
    expect([world.plane.open, counts(world)]).toEqual([0, { failed: 1 }]);
  });

  test('they give way where descriptors become few', async () => {
    let others = 0;
    const parts = ({ plane }: ShardParts) => ({ descriptors: () => plane.open + others });
    const world = await ready({ idleMin: 4 }, { descriptors: 100, parts });
    expect(counts(world)).toEqual({ idle: 4 });
    others = 78;
    world.run(PRECONNECT_LOOK_MS * 10);
    expect(counts(world)).toEqual({ idle: 1, withdrawn: 3 });
    others = 30;
    world.run(SETTLE_MS);
    expect(counts(world)).toEqual({ idle: 4, withdrawn: 3 });
  });

  test('a reload keeps those that lead to the same place in the same way, and closes the others', async () => {
    const world = await ready();
    await world.reload(planOf({ ...pieces(), version: 2 }));
    world.run(SETTLE_MS);
    expect([world.backends.length, counts(world)]).toEqual([2, { idle: 2 }]);
    await world.reload(planOf({ ...pieces({}, { connect: { source: '10.0.0.7' } }), version: 3 }));
    world.run(SETTLE_MS);
    expect([world.backends.length, counts(world)]).toEqual([4, { idle: 2, withdrawn: 2 }]);
    await world.reload(planOf({ backends: 1, version: 4 }));
    world.run(SETTLE_MS);
    expect([world.plane.open, counts(world)]).toEqual([0, { withdrawn: 4 }]);
  });

  test('a shard that stops accepting closes all, and makes no more', async () => {
    const world = await ready();
    await world.shard.stopAccepting();
    world.run(SETTLE_MS);
    expect([world.plane.open, counts(world)]).toEqual([0, { withdrawn: 2 }]);
  });
});

describe('preconnect: backends that speak first', () => {
  const GREETING = bytesOf(30, 9);

  test('are left alone for some time, told once, and served by dials meanwhile', async () => {
    const world = await World.open(pieces({}, { serve: (peer) => peer.write(GREETING) }));
    world.run(SETTLE_MS);
    expect([counts(world), world.facts.filter(({ kind }) => kind === 'preconnect')]).toEqual([
      { spoke: world.backends.length },
      [expect.objectContaining({ pool: 0, backend: 0, ms: SPEAKS_FIRST_OFF_MS })],
    ]);
    const made = world.backends.length;
    const client = world.connect();
    world.run(SETTLE_MS);
    expect(client.received).toEqual(GREETING);
    expect([world.backends.length, counted(world, 'misses')]).toEqual([made + 1, 1]);
    world.run(SPEAKS_FIRST_OFF_MS);
    expect(world.backends.length).toBeGreaterThan(made + 1);
  });

  test('are kept with their greeting where the pool allows it, and the client gets every byte of it', async () => {
    const more = { serve: (peer: { write(bytes: Uint8Array): void }) => peer.write(GREETING) };
    const world = await World.open(pieces({ serverFirst: true }, more));
    world.run(SETTLE_MS);
    expect(counts(world)).toEqual({ idle: 2 });
    const client = world.connect();
    world.run(SETTLE_MS);
    expect(client.received).toEqual(GREETING);
    expect(counted(world, 'hits')).toBe(1);
    world.backend(0).end();
    world.run(40);
    expect(counted(world, 'ended')).toBe(1);
  });
});

describe('preconnect: any order of things', () => {
  test.each(Array.from({ length: 12 }, (_, seed) => seed + 1))(
    'seed %i: none is handed out twice or dead, none is made beyond the most, none is lost',
    async (seed) => {
      const dice = new Dice(seed);
      const world = await World.open(pieces({ idleMin: 1, idleMax: 3, ageMs: 1500 }, { seed }));
      const clients: { readonly peer: ReturnType<World['connect']>; readonly bytes: Uint8Array }[] = [];
      for (let step = 0; step < 150; step++) {
        const what = dice.next();
        if (what < 0.45) {
          const peer = world.connect();
          const bytes = bytesOf(20, clients.length + 1);
          peer.write(bytes);
          clients.push({ peer, bytes });
        } else if (what < 0.6) {
          const idle = world.backends.filter((peer) => peer.receivedBytes === 0 && seen(peer) === 'open');
          const victim = idle[dice.between(0, Math.max(0, idle.length - 1))];
          if (victim !== undefined && clients.every(({ peer }) => peer.finAt === null)) {
            victim.reset();
            // Told before the next client comes: what is on its way nobody can know of.
            world.run(45);
          }
        } else if (what < 0.7) {
          world.table.setHealth(0, dice.next() < 0.5 ? UNHEALTHY : 0);
        } else world.run(dice.between(1, 400));
        expect(counted(world, 'idle')).toBeLessThanOrEqual(3);
        expect(counted(world, 'idle')).toBeGreaterThanOrEqual(0);
      }
      world.table.setHealth(0, 0);
      world.run(3000);
      const got = world.backends.filter((peer) => peer.receivedBytes > 0).map((peer) => peer.received);
      const keys = got.map((bytes) => Buffer.from(bytes).toString('hex'));
      expect(new Set(keys).size).toBe(keys.length);
      for (const bytes of got) expect(bytes).toHaveLength(20);
      expect(counted(world, 'hits') + counted(world, 'misses')).toBe(world.cells[world.layout.dials(0)]);
      expect(counted(world, 'hits')).toBeGreaterThan(0);
    },
  );
});
