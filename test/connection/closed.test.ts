import { afterEach, describe, expect, test } from 'vitest';
import { TraceIds } from '../../src/connection/index.ts';
import { isSampled } from '../../src/connection/trace-ids.ts';
import { closeReasonIndex } from '../../src/core/close-reason.ts';
import type { Fact } from '../../src/core/facts.ts';
import { STATES } from '../../src/core/state.ts';
import { WINDOW_BYTES } from '../../src/core/window.ts';
import type { ShardParts } from '../../src/shard.ts';
import { breakUpstreams, failsOnce, SEEDED } from './breaking.ts';
import { type LastingState, reach, STUCK_BYTES } from './reach.ts';
import { bytesOf, closeWorlds, seen, World } from './world.ts';

afterEach(closeWorlds);

describe('closed: the story that is told', () => {
  test('states, in order and without a gap, from accept to the end', async () => {
    const { world, client, backend } = await reach('half-closed-client');
    world.run(1234);
    backend.end();
    world.run(20);
    const { visits, opened, at } = world.closed();
    expect(visits.map(({ state }) => state)).toEqual(STATES.filter(isVisited));
    let from = opened;
    for (const visit of visits) {
      expect(visit.from).toBe(from);
      from = visit.to;
    }
    expect(from).toBe(at);
    expect(at - opened).toBeGreaterThan(1234);
    expect(seen(client)).toBe('fin');
    const entered = world.facts.filter((fact) => fact.kind === 'entered').map((fact) => fact.state);
    expect(entered).toEqual([...STATES.filter(isVisited), 'closed']);
  });

  test('who, where from, where to', async () => {
    const { world, client } = await reach('streaming');
    world.kill();
    world.run(20);
    const port = (client.local as { port: number }).port;
    expect(world.closed()).toMatchObject({
      client: `10.0.2.1:${port}`,
      local: '10.0.0.1:80',
      listener: 0,
      route: 'edge/0',
      pool: 0,
      backend: 0,
      sni: null,
    });
  });

  test('bytes that the far sockets took, and bytes that were read and not taken, each way', async () => {
    const { world, client, backend } = await reach('streaming');
    backend.stopReading();
    client.write(bytesOf(STUCK_BYTES));
    backend.write(bytesOf(77_777));
    world.run(50);
    world.kill();
    world.run(1100);
    const { bytesUp, undeliveredUp, bytesDown, undeliveredDown } = world.closed();
    expect([bytesUp, undeliveredUp]).toEqual([256 * 1024, STUCK_BYTES - 256 * 1024]);
    expect([bytesDown, undeliveredDown]).toEqual([77_777, 0]);
    const { layout, cells } = world;
    expect([0, 1].map((direction) => cells[layout.bytes(0, direction)])).toEqual([bytesUp, bytesDown]);
    expect([0, 1].map((direction) => cells[layout.undelivered(0, direction)])).toEqual([undeliveredUp, 0]);
    expect(cells[layout.closed(0, closeReasonIndex('killed'))]).toBe(1);
  });

  test('bytes that a stage held when it was cut off are undelivered', async () => {
    const { world, client, backend } = await reach('streaming', {
      stages: [{ kind: 'rate_limit', up: 1000, down: 1000, burst: 10_000 }],
    });
    client.write(bytesOf(100_000));
    backend.write(bytesOf(90_000));
    world.run(20);
    world.kill();
    world.run(1100);
    const { bytesUp, undeliveredUp, bytesDown, undeliveredDown } = world.closed();
    expect([bytesUp + undeliveredUp, bytesDown + undeliveredDown]).toEqual([100_000, 90_000]);
    expect(Math.max(bytesUp, bytesDown)).toBeLessThan(12_000);
    expect(world.network.timers, 'the stages wait for nothing any more').toBe(0);
  });

  test('the time from the join to the first byte of the backend; -1 where none came', async () => {
    const world = await World.open({ link: { latencyToServerMs: 10, latencyToClientMs: 10 } });
    world.connect();
    world.connect();
    world.run(60);
    world.network.after(250, () => world.backend().write(bytesOf(1)));
    const joinedAt =
      world.facts.find((fact) => fact.kind === 'entered' && fact.state === 'streaming')?.at ?? 0;
    const sentAt = world.network.epoch + world.network.now() + 250;
    world.run(500);
    world.shard.cut();
    world.run(100);
    expect(world.closed(0).firstByteMs).toBeCloseTo(sentAt + 10 - joinedAt, 2);
    expect(world.closed(1).firstByteMs).toBe(-1);
  });

  test('the time in which a direction was paused for want of credit', async () => {
    const { world, client, backend } = await reach('streaming');
    backend.stopReading();
    client.write(bytesOf(1_000_000));
    world.run(3000);
    backend.startReading();
    world.run(100);
    world.kill();
    world.run(20);
    const { pausedUpMs, pausedDownMs } = world.closed();
    expect(pausedUpMs).toBeGreaterThan(2990);
    expect(pausedUpMs).toBeLessThan(3020);
    expect(pausedDownMs).toBe(0);
  });

  test('a pause that lasts until the end counts', async () => {
    const { world, client, backend } = await reach('streaming');
    client.stopReading();
    backend.write(bytesOf(4 * WINDOW_BYTES));
    world.run(2000);
    world.kill();
    world.run(1100);
    const { pausedUpMs, pausedDownMs } = world.closed();
    expect([pausedUpMs, Math.round(pausedDownMs / 10)]).toEqual([0, 200]);
  });
});

describe('closed: everything is given back', () => {
  const lasting = STATES.filter((state): state is LastingState => state !== 'routing' && state !== 'closed');

  test.each(lasting)('from %s: endpoints, timers, places, counts and gauges', async (state) => {
    const { world, index } = await reach(state);
    world.kill(index);
    world.kill(0);
    world.run(3000);
    expect(world.closed(index).reason).toBe('killed');
    expect([world.shard.connections, world.shard.reserved, world.plane.open]).toEqual([0, 0, 0]);
    expect(STATES.map((name) => world.gauge(name))).toEqual(STATES.map(() => 0));
  });

  test('nothing is told of a connection after its end', async () => {
    const { world, client } = await reach('streaming');
    world.kill();
    client.write(bytesOf(1000));
    world.run(2000);
    expect(world.facts.at(-1)?.kind).toBe('closed');
  });

  test('a kill of what is not there says so', async () => {
    const { world } = await reach('streaming');
    expect(world.kill()).toBe(true);
    world.run(20);
    expect(world.kill()).toBe(false);
  });

  test('empty() resolves when the last connection has ended', async () => {
    const { world } = await reach('streaming');
    let empty = false;
    const waiting = world.shard.empty().then(() => {
      empty = true;
    });
    await Promise.resolve();
    expect(empty).toBe(false);
    expect(world.shard.cut()).toBe(1);
    world.run(20);
    await waiting;
    expect(empty).toBe(true);
  });
});

describe('closed: defects keep nothing alive', () => {
  test.each([
    ['opened', (fact: Fact) => fact.kind === 'opened'],
    ...[...STATES.filter(isVisited), 'closed'].map(
      (state) => [state, (fact: Fact) => fact.kind === 'entered' && fact.state === state] as const,
    ),
    ['the end', (fact: Fact) => fact.kind === 'closed'],
  ] as const)('a sink that throws when told of %s', async (_name, isVictim) => {
    const world = await World.open({ parts: deafOnce(isVictim) });
    world.toldAll = false;
    const client = world.connect();
    world.run(5);
    client.end();
    world.run(5);
    world.backends[0]?.end();
    world.run(20);
    expect([world.shard.connections, world.shard.reserved, world.plane.open]).toEqual([0, 0, 0]);
    expect(world.defects()).toEqual([expect.stringContaining(SEEDED)]);
    for (const state of STATES) expect(world.gauge(state)).toBe(0);
  });

  test('a sink that throws whatever it is told', async () => {
    const world = await World.open({ parts: () => ({ emit: deaf }) });
    world.toldAll = false;
    const clients = Array.from({ length: 3 }, () => world.connect());
    world.run(20);
    expect(clients.map(seen)).toEqual(['reset', 'reset', 'reset']);
    expect([world.shard.connections, world.plane.open]).toEqual([0, 0]);
  });

  test.each([
    ['upstreams.released', breakUpstreams('released', 'after')],
    [
      'the count of ends',
      ({ counters }: ShardParts) => ({
        counters: { ...counters, layout: failsOnce(counters.layout, 'closed') },
      }),
    ],
  ] as const)('%s that throws: the rest of the end is done, and it is told', async (_name, parts) => {
    const { world } = await reach('streaming', { parts });
    world.kill();
    world.run(20);
    expect([world.shard.connections, world.shard.reserved, world.plane.open]).toEqual([0, 0, 0]);
    expect(world.closed().reason).toBe('killed');
    expect(world.defects()).toEqual([expect.stringContaining(SEEDED)]);
  });
});

describe('closed: trace ids', () => {
  test('are 32 hex digits, never all zero, and unique beyond one draw of randomness', async () => {
    const world = await World.open({ routes: [] });
    for (let i = 0; i < 600; i++) {
      world.connect();
      world.run(1);
    }
    const ids = world.closedFacts().map(({ traceId }) => traceId);
    expect(new Set(ids).size).toBe(600);
    for (const id of ids) expect(id).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
  });

  test('an id of zeros is drawn again', () => {
    let draws = 0;
    const ids = new TraceIds((bytes) => bytes.fill(draws++ === 0 ? 0 : 0xab));
    expect(ids.next()).toBe('ab'.repeat(16));
  });

  test.each([
    [0, 0, 0],
    [0.3, 90, 150],
    [1, 400, 400],
  ])('a share of %d of the connections is sampled, by the id alone', async (sample, least, most) => {
    const world = await World.open({ sample, routes: [] });
    for (let i = 0; i < 400; i++) {
      world.connect();
      world.run(1);
    }
    const closed = world.closedFacts();
    const sampled = closed.filter((fact) => fact.sampled);
    expect(sampled.length).toBeGreaterThanOrEqual(least);
    expect(sampled.length).toBeLessThanOrEqual(most);
    for (const { traceId, sampled } of closed) expect(isSampled(traceId, sample)).toBe(sampled);
  });

  test('who is sampled at a small share is sampled at a larger one', () => {
    const ids = new TraceIds((bytes) => {
      for (let at = 0; at < bytes.length; at++) bytes[at] = (Math.imul(at + 7, 2_654_435_761) >>> 11) & 255;
    });
    for (let i = 0; i < 500; i++) {
      const id = ids.next();
      if (isSampled(id, 0.1)) expect(isSampled(id, 0.5)).toBe(true);
    }
  });
});

function isVisited(state: string): boolean {
  return state !== 'half-closed-backend' && state !== 'closed';
}

function deaf(): never {
  throw new Error(SEEDED);
}

/** A sink that throws the first time it is told such a fact. */
function deafOnce(isVictim: (fact: Fact) => boolean): (parts: ShardParts) => Partial<ShardParts> {
  return ({ emit }) => {
    let failed = false;
    return {
      emit: (fact) => {
        if (!failed && isVictim(fact)) {
          failed = true;
          deaf();
        }
        emit(fact);
      },
    };
  };
}
