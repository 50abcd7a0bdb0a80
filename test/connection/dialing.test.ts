import { afterEach, describe, expect, test } from 'vitest';
import { PLAIN_SOCKET } from '../../src/core/plain-socket.ts';
import { UNHEALTHY } from '../../src/core/upstream-table.ts';
import type { MemoryEndpoint } from '../../src/plane/memory/endpoint.ts';
import type { ConnectFault } from '../../src/plane/memory/index.ts';
import type { ShardParts } from '../../src/shard.ts';
import { breakUpstreams, failsOnce, SEEDED } from './breaking.ts';
import { CONNECT_TIMEOUT_MS, SNIFF } from './plan.ts';
import { reach } from './reach.ts';
import { bytesOf, closeWorlds, seen, World, type WorldPieces } from './world.ts';

afterEach(closeWorlds);

describe('dialing: enter and leave', () => {
  test('the backend counts as connecting while it is dialed and as active once it is connected', async () => {
    const world = await World.open({ link: { latencyToServerMs: 20, latencyToClientMs: 20 } });
    world.connect();
    world.run(70);
    expect([world.state(), world.counts(0)]).toEqual(['dialing', [1, 0]]);
    world.run(50);
    expect([world.state(), world.counts(0)]).toEqual(['streaming', [0, 1]]);
    world.kill();
    world.run(200);
    expect(world.counts(0)).toEqual([0, 0]);
    const [attempt] = world.closed().attempts;
    const visit = world.closed().visits.find(({ state }) => state === 'dialing');
    expect(attempt).toEqual({ backend: 0, from: visit?.from, to: visit?.to, error: '' });
    expect((visit?.to ?? 0) - (visit?.from ?? 0)).toBeCloseTo(40, 6);
  });
});

async function dialedWith(faults: readonly (ConnectFault | null)[], pieces: WorldPieces = {}) {
  const world = await World.open({ backends: faults.length, ...pieces });
  for (const [row, connect] of faults.entries()) if (connect !== null) world.backendRule(row, { connect });
  const client = world.connect();
  return { world, client };
}

/** `row:error` of every attempt. */
function attempts(world: World): string[] {
  return world.closed().attempts.map(({ backend, error }) => `${backend}:${error}`);
}

describe('dialing: where from', () => {
  test.each([
    ['from the address that the pool names', '10.0.0.7', { ...PLAIN_SOCKET, source: '10.0.0.7' }],
    ['from where the system likes, where the pool names none', null, PLAIN_SOCKET],
  ])('it connects %s', async (_name, source, options) => {
    const { world } = await reach('streaming', { connect: { source } });
    expect((world.live().backend as MemoryEndpoint).options).toEqual(options);
  });
});

describe('dialing: another backend', () => {
  test.each([
    ['refused', 'refused', 'ECONNREFUSED'],
    ['unreachable', 'unreachable', 'EHOSTUNREACH'],
    ['a name that is not known', 'name', 'ENOTFOUND'],
    ['out of local ports', 'out-of-ports', 'EADDRNOTAVAIL'],
    ['not answering in connect.timeout', 'black-hole', 'timeout'],
  ] as const)('%s: the next one is tried, and serves', async (_name, fault, error) => {
    const { world, client } = await dialedWith([fault, null]);
    world.run(CONNECT_TIMEOUT_MS + 50);
    expect([world.state(), world.counts(0), world.counts(1)]).toEqual(['streaming', [0, 0], [0, 1]]);
    client.write(bytesOf(10));
    world.run(5);
    expect(world.backend().received).toEqual(bytesOf(10));
    world.kill();
    world.run(5);
    expect(attempts(world)).toEqual([`0:${error}`, '1:']);
    expect(world.closed()).toMatchObject({ reason: 'killed', backend: 1 });
    expect(world.path().filter((state) => state === 'dialing')).toHaveLength(2);
    const { layout, cells } = world;
    expect([0, 1].map((row) => [cells[layout.dials(row)], cells[layout.dialFailures(row)]])).toEqual([
      [1, 1],
      [1, 0],
    ]);
  });
});

describe('dialing: giving up', () => {
  test.each([
    ['refused', 'connect-refused', 2],
    ['unreachable', 'connect-failed', 2],
    ['timed-out', 'connect-failed', 2],
    ['name', 'connect-failed', 2],
    ['out-of-ports', 'out-of-ports', 2],
    ['black-hole', 'connect-timeout', 2],
    ['out-of-descriptors', 'out-of-descriptors', 1],
  ] as const)('%s everywhere: %s after %i attempts with one retry', async (fault, reason, tries) => {
    const { world, client } = await dialedWith([fault, fault, fault], { connect: { retries: 1 } });
    world.run(2 * CONNECT_TIMEOUT_MS + 50);
    expect(seen(client)).toBe('reset');
    expect(world.closed()).toMatchObject({ reason, during: 'dialing', backend: -1, pool: 0 });
    expect(world.closed().attempts).toHaveLength(tries);
  });

  test('the reason is that of the last attempt', async () => {
    const { world } = await dialedWith(['unreachable', 'refused'], { connect: { retries: 1 } });
    world.run(50);
    expect(world.closed().reason).toBe('connect-refused');
  });

  test('retries: 0 ends with the first failure', async () => {
    const { world } = await dialedWith(['refused', null], { connect: { retries: 0 } });
    world.run(50);
    expect([world.closed().reason, world.closed().attempts.length]).toEqual(['connect-refused', 1]);
  });

  test('where no backend may be picked the client is reset at once', async () => {
    const world = await World.open();
    for (const row of [0, 1]) world.table.setHealth(row, UNHEALTHY);
    const client = world.connect();
    world.run(5);
    expect(seen(client)).toBe('reset');
    expect(world.closed()).toMatchObject({ reason: 'no-backend', attempts: [], during: 'dialing' });
  });

  test('a backend that has all the connections it may have is not picked', async () => {
    const world = await World.open({ backends: 1, connectionsMax: 1 });
    world.connect();
    world.run(5);
    world.connect();
    world.run(5);
    expect([world.state(0), world.closed(1).reason]).toEqual(['streaming', 'no-backend']);
  });
});

describe('dialing: the same backend again', () => {
  test('waits before it, longer each time, a second at most', async () => {
    const { world } = await dialedWith(['refused'], { connect: { retries: 6 } });
    world.run(10_000);
    const begun = world.closed().attempts.map(({ from }) => from);
    const pauses = begun.slice(1).map((from, i) => from - (begun[i] ?? 0));
    const least = [100, 200, 400, 800, 1000, 1000];
    expect(pauses).toHaveLength(least.length);
    for (const [i, ms] of least.entries()) {
      expect(pauses[i]).toBeGreaterThanOrEqual(ms);
      expect(pauses[i]).toBeLessThan(ms + 20);
    }
    expect(world.closed().reason).toBe('connect-refused');
  });

  test('serves when it is back by then', async () => {
    const { world } = await dialedWith(['refused']);
    world.run(50);
    world.backendRule(0, null);
    world.run(100);
    expect(world.state()).toBe('streaming');
  });

  test('the wait is no attempt: a client that leaves during it leaves one attempt behind', async () => {
    const { world, client } = await dialedWith(['refused']);
    world.run(50);
    expect([world.state(), world.counts(0)]).toEqual(['dialing', [1, 0]]);
    client.reset();
    world.run(5);
    expect(attempts(world)).toEqual(['0:ECONNREFUSED']);
    expect([world.closed().reason, world.counts(0)]).toEqual(['client-reset', [0, 0]]);
    expect(world.cells[world.layout.dials(0)]).toBe(1);
  });
});

describe('dialing: the client ends', () => {
  test('RST cancels the attempt', async () => {
    const { world, client } = await reach('dialing');
    expect([world.counts(0), world.plane.open]).toEqual([[1, 0], 2]);
    client.reset();
    world.run(1);
    expect([world.counts(0), world.plane.open]).toEqual([[0, 0], 0]);
    expect(world.closed()).toMatchObject({ reason: 'client-reset', during: 'dialing', backend: -1 });
    expect(attempts(world)).toEqual(['0:cancelled']);
    expect(world.cells[world.layout.dialFailures(0)]).toBe(0);
  });

  test.each([
    ['no byte', 0],
    ['bytes', 1000],
    ['as many bytes as are peeked at', SNIFF.bytesMax],
    ['more bytes than are peeked at', 100_000],
  ])('FIN behind %s is kept and passed on in its place', async (_name, length) => {
    const { world, client } = await reach('dialing');
    client.write(bytesOf(length));
    client.end();
    world.run(50);
    expect(world.state()).toBe('dialing');
    world.backendRule(1, null);
    world.run(CONNECT_TIMEOUT_MS);
    expect(world.state()).toBe('half-closed-client');
    expect([world.backend().received, seen(world.backend())]).toEqual([bytesOf(length), 'fin']);
    world.backend().write(bytesOf(500, 1));
    world.backend().end();
    world.run(5);
    expect([client.received, seen(client)]).toEqual([bytesOf(500, 1), 'fin']);
    expect(world.closed()).toMatchObject({ reason: 'client-fin', bytesUp: length, bytesDown: 500 });
    if (length < SNIFF.bytesMax) expect(world.path()).not.toContain('streaming');
  });

  test('FIN cancels the attempt where the pool says abort_on_fin', async () => {
    const { world, client } = await reach('dialing', { connect: { abortOnFin: true } });
    client.end();
    world.run(1);
    expect(world.closed()).toMatchObject({ reason: 'client-abort', during: 'dialing' });
    expect(world.counts(0)).toEqual([0, 0]);
  });
});

describe('dialing: kill, drain, defect', () => {
  test.each([
    ['a kill', 'killed', (world: World) => world.kill()],
    ['the end of a service drain', 'drain-timeout', (world: World) => world.shard.cut()],
    ['a defect', 'internal-error', (world: World) => world.live().defect(new Error('seeded'))],
  ] as const)('%s resets the client and cancels the attempt', async (_name, reason, end) => {
    const { world, client } = await reach('dialing');
    end(world);
    world.run(5);
    expect([seen(client), world.counts(0)]).toEqual(['reset', [0, 0]]);
    expect(world.closed()).toMatchObject({ reason, during: 'dialing' });
    expect(attempts(world)).toEqual(['0:cancelled']);
  });

  test.each([
    ['pick', breakUpstreams('pick')],
    ['connected', breakUpstreams('connected')],
    ['a dial', ({ plane }: ShardParts) => ({ plane: failsOnce(plane, 'dial') })],
  ] as const)(
    '%s that throws: only the connection it happens to ends, and its backend is free again',
    async (_name, parts) => {
      const world = await World.open({ parts });
      const ill = world.connect();
      world.run(5);
      expect(seen(ill)).toBe('reset');
      expect(world.closed()).toMatchObject({ reason: 'internal-error', during: 'dialing', backend: -1 });
      expect([world.counts(0), world.counts(1)]).toEqual([
        [0, 0],
        [0, 0],
      ]);
      expect(world.defects()).toEqual([expect.stringContaining(SEEDED)]);
      world.connect();
      world.run(5);
      expect(world.state(1)).toBe('streaming');
    },
  );

  test('upstreams that fail to take a failure back do not keep the connection', async () => {
    const world = await World.open({
      parts: breakUpstreams('failed', 'after'),
    });
    world.backendRule(0, { connect: 'refused' });
    const client = world.connect();
    world.run(5);
    expect([seen(client), world.closed().reason]).toEqual(['reset', 'internal-error']);
  });

  test('stages that cannot be built end the connection and close its backend', async () => {
    const world = await World.open({ stages: [{ kind: 'none such' } as never] });
    const client = world.connect();
    world.run(5);
    expect([seen(client), seen(world.backend())]).toEqual(['reset', 'reset']);
    expect(world.closed()).toMatchObject({ reason: 'internal-error', backend: 0, bytesUp: 0 });
  });
});
