import { afterEach, describe, expect, test } from 'vitest';
import { LocalEndpoint } from '../../src/connection/built-in/local-endpoint.ts';
import { UNWATCHED } from '../../src/connection/unwatched.ts';
import type { StagePlan } from '../../src/core/plan.ts';
import { LISTEN, routeTo } from './plan.ts';
import { bytesOf, closeWorlds, seen, World, type WorldPieces } from './world.ts';

afterEach(closeWorlds);

function builtIn(kind: 'echo' | 'discard', stages: readonly StagePlan[] = []): WorldPieces {
  return { routes: [{ ...routeTo({ kind }), stages }] };
}

describe('a route that echoes', () => {
  test('sends everything back, dials nobody, and ends when the client does', async () => {
    const world = await World.open(builtIn('echo'));
    const client = world.connect();
    client.write(bytesOf(50_000));
    world.run(20);
    expect(Buffer.from(client.received).equals(bytesOf(50_000))).toBe(true);
    client.end();
    world.run(30);
    expect(seen(client)).toBe('fin');
    expect(world.closed()).toMatchObject({
      reason: 'client-fin',
      pool: -1,
      backend: -1,
      attempts: [],
      bytesUp: 50_000,
      bytesDown: 50_000,
      undeliveredUp: 0,
      undeliveredDown: 0,
    });
    expect(world.path()).toEqual([
      'accepting',
      'sniffing',
      'routing',
      'dialing',
      'streaming',
      'half-closed-client',
      'draining',
    ]);
  });

  test('gives back 1 MiB and the FIN behind it to a slow client, within the window', async () => {
    const world = await World.open(builtIn('echo'));
    const client = world.connect();
    client.stopReading();
    client.write(bytesOf(1024 * 1024));
    client.end();
    world.run(50);
    const stuck = 1024 * 1024 - client.undelivered;
    expect(stuck).toBeLessThan(800 * 1024);
    client.readAtRate(4 * 1024 * 1024);
    world.run(2000);
    expect(Buffer.from(client.received).equals(bytesOf(1024 * 1024))).toBe(true);
    expect(world.closed()).toMatchObject({
      reason: 'client-fin',
      bytesUp: 1024 * 1024,
      bytesDown: 1024 * 1024,
    });
  });

  test('goes through the stages of the route', async () => {
    const world = await World.open(
      builtIn('echo', [{ kind: 'rate_limit', up: 10_000, down: 0, burst: 1000 }]),
    );
    const client = world.connect();
    client.write(bytesOf(6000));
    world.run(300);
    expect(client.receivedBytes).toBeGreaterThan(2000);
    expect(client.receivedBytes).toBeLessThan(5000);
    world.run(300);
    expect(Buffer.from(client.received).equals(bytesOf(6000))).toBe(true);
  });

  test('ends by a RST of the client', async () => {
    const world = await World.open(builtIn('echo'));
    const client = world.connect();
    client.write(bytesOf(1000));
    world.run(5);
    client.reset();
    world.run(5);
    expect(world.closed()).toMatchObject({ reason: 'client-reset', during: 'streaming' });
  });
});

describe('a route that discards', () => {
  test('takes everything, answers nothing but the FIN', async () => {
    const world = await World.open(builtIn('discard'));
    const client = world.connect();
    client.write(bytesOf(1024 * 1024));
    world.run(100);
    expect([client.undelivered, client.receivedBytes, seen(client)]).toEqual([0, 0, 'open']);
    client.end();
    world.run(30);
    expect(seen(client)).toBe('fin');
    expect(world.closed()).toMatchObject({ reason: 'client-fin', bytesUp: 1024 * 1024, bytesDown: 0 });
  });
});

describe('a route that answers by itself: ends that Sluice makes', () => {
  test.each(['echo', 'discard'] as const)('%s: a kill, with a client that does not read', async (kind) => {
    const world = await World.open(builtIn(kind));
    const client = world.connect();
    client.stopReading();
    client.write(bytesOf(1024 * 1024));
    world.run(50);
    world.kill();
    world.run(1100);
    client.startReading();
    world.run(5);
    expect([seen(client), world.closed().reason]).toEqual(['reset', 'killed']);
  });

  test.each(['echo', 'discard'] as const)('%s: the end of a service drain', async (kind) => {
    const world = await World.open(builtIn(kind));
    const client = world.connect();
    client.write(bytesOf(1000));
    world.run(5);
    world.shard.cut();
    world.run(5);
    expect([seen(client), world.closed().reason]).toEqual(['reset', 'drain-timeout']);
  });
});

describe('the backend inside of Sluice', () => {
  test('tells its FIN once, however often it is resumed, and nothing after it is closed', async () => {
    const world = await World.open();
    const told: string[] = [];
    const endpoint = new LocalEndpoint(LISTEN, world.plane.timers, true);
    endpoint.observe({
      ...UNWATCHED,
      data: ({ bytes }) => told.push(`data ${bytes.length}`),
      accepted: (bytes) => told.push(`accepted ${bytes}`),
      finished: () => told.push('finished'),
      fin: () => told.push('fin'),
      closed: () => told.push('closed'),
    });
    endpoint.write({ bytes: bytesOf(3), at: 0, borrowed: true });
    endpoint.end();
    endpoint.write({ bytes: bytesOf(4), at: 0, borrowed: true });
    expect([endpoint.pending, told]).toEqual([3, []]);
    for (let time = 0; time < 3; time++) endpoint.resume();
    world.run(30);
    endpoint.resume();
    for (let time = 0; time < 2; time++) endpoint.destroy();
    world.run(30);
    expect([told, endpoint.pending]).toEqual([['accepted 3', 'data 3', 'finished', 'fin', 'closed'], 0]);
  });
});
