import { afterEach, describe, expect, test } from 'vitest';
import { type Cidr, parseCidr } from '../../src/core/cidr.ts';
import { LIMIT_KINDS, type LimitFact, type LimitKind } from '../../src/core/facts.ts';
import type { MemoryPeer } from '../../src/plane/memory/index.ts';
import { reach } from './reach.ts';
import { bytesOf, closeWorlds, SHARD, seen, World, type WorldPieces } from './world.ts';

afterEach(closeWorlds);

const net = (text: string): Cidr => parseCidr(text) as Cidr;

describe('accepting: enter and leave', () => {
  test('a connection is told as opened and counted before anything else, and is admitted at once', async () => {
    const world = await World.open();
    const client = world.connect();
    world.run(5);
    expect(world.facts.slice(0, 2)).toMatchObject([
      { kind: 'opened', listener: 0, client: `10.0.2.1:${(client.local as { port: number }).port}` },
      { kind: 'entered', state: 'accepting' },
    ]);
    expect(world.cells[world.layout.accepted(0)]).toBe(1);
    expect([world.state(), world.shard.reserved]).toEqual(['streaming', 1]);
  });

  test('the place is given back when the connection has ended, and only then', async () => {
    const { world, client, backend } = await reach('half-closed-client');
    expect(world.shard.reserved).toBe(1);
    backend.end();
    world.run(5);
    expect([seen(client), world.shard.reserved]).toEqual(['fin', 0]);
  });

  test('ids are unique, in the order of arrival, and carry the number of the shard', async () => {
    const world = await World.open();
    for (let i = 0; i < 5; i++) world.connect();
    world.run(5);
    expect(world.ids).toEqual([0, 1, 2, 3, 4].map((sequence) => SHARD * 2 ** 40 + sequence));
  });
});

describe('accepting: the access list', () => {
  test.each([
    ['deny names the client', { deny: [net('10.0.2.0/24')] }, 'reset'],
    ['deny wins over allow', { allow: [net('10.0.0.0/8')], deny: [net('10.0.2.1')] }, 'reset'],
    ['an allow list refuses who is not on it', { allow: [net('192.168.0.0/16')] }, 'reset'],
    ['an allow list lets in who is on it', { allow: [net('10.0.2.1')] }, 'open'],
    ['deny lets in who is not on it', { deny: [net('10.0.2.2')] }, 'open'],
  ] as const)('%s', async (_name, access, expected) => {
    const world = await World.open({ access });
    const client = world.connect('10.0.2.1');
    world.run(5);
    expect(seen(client)).toBe(expected);
    if (expected === 'open') return;
    expect(world.closed()).toMatchObject({
      reason: 'denied',
      during: 'accepting',
      route: null,
      attempts: [],
    });
    expect(world.shard.reserved).toBe(0);
  });

  test('a client of a Unix socket has no address and is let in', async () => {
    const world = await World.open({
      listen: { kind: 'unix', path: '/run/edge.sock' },
      access: { allow: [net('192.168.0.0/16')] },
    });
    world.connect();
    world.run(5);
    expect(world.state()).toBe('streaming');
  });
});

/** Plans under which one client is let in and a second one from the same address is not. */
const ONE_PLACE: readonly [LimitKind, WorldPieces][] = [
  ['connections', { limits: { connections: 1 } }],
  ['connections_per_ip', { limits: { connectionsPerIp: 1 } }],
  ['accept_rate', { limits: { acceptRate: 1 } }],
  ['process', { connections: 1 }],
];

describe.each(ONE_PLACE)('accepting: the limit %s', (kind, pieces) => {
  async function two(onLimit: 'reset' | 'close' | 'wait'): Promise<[World, MemoryPeer, MemoryPeer]> {
    const world = await World.open({ ...pieces, limits: { ...pieces.limits, onLimit } });
    const first = world.connect();
    world.run(1);
    const second = world.connect();
    world.run(1);
    expect(world.state(0)).toBe('streaming');
    return [world, first, second];
  }

  test('on_limit: reset turns the next away by RST', async () => {
    const [world, , second] = await two('reset');
    expect(seen(second)).toBe('reset');
    expect(world.closed(1)).toMatchObject({ reason: 'limit', during: 'accepting' });
    expect(limitFacts(world)).toMatchObject([{ limit: kind, count: 1, listener: 0 }]);
    expect(world.cells[world.layout.limit(0, LIMIT_KINDS.indexOf(kind))]).toBe(1);
  });

  test('on_limit: close turns the next away by FIN, though it had sent what nobody read', async () => {
    const world = await World.open({ ...pieces, limits: { ...pieces.limits, onLimit: 'close' } });
    world.connect();
    world.run(1);
    const second = world.connect();
    second.write(bytesOf(100_000));
    world.run(5);
    expect(seen(second)).toBe('fin');
    second.end();
    world.run(5);
    expect(world.closed(1)).toMatchObject({ reason: 'limit', during: 'accepting', bytesUp: 0 });
    expect(world.path(1)).toEqual(['accepting', 'draining']);
  });

  test('on_limit: wait lets the next in when there is a place for it', async () => {
    const [world, first, second] = await two('wait');
    expect([world.state(1), world.shard.reserved]).toEqual(['accepting', 1]);
    if (kind === 'accept_rate') world.run(1020);
    else first.reset();
    world.run(5);
    expect(world.state(1)).toBe('streaming');
    second.write(bytesOf(10));
    world.run(5);
    expect(world.backend(1).received).toEqual(bytesOf(10));
  });
});

describe('accepting: turned away politely', () => {
  test('a client that does not end is given up when linger has passed', async () => {
    const world = await World.open({ limits: { connections: 1, onLimit: 'close' } });
    world.connect();
    world.run(1);
    world.connect();
    world.run(900);
    expect(world.state(1)).toBe('draining');
    world.run(120);
    expect(world.closed(1).reason).toBe('limit');
  });

  test('without a descriptor to spare it is RST after all', async () => {
    const world = await World.open({ limits: { connections: 1, onLimit: 'close' }, descriptors: 66 });
    world.connect();
    world.run(5);
    const second = world.connect();
    world.run(5);
    expect(seen(second)).toBe('reset');
  });
});

describe('accepting: time out, drain, kill, peer reset', () => {
  test('who has waited for timeouts.queue is reset', async () => {
    const { world, client } = await reach('accepting');
    world.run(1900);
    expect(seen(client)).toBe('open');
    world.run(200);
    expect(seen(client)).toBe('reset');
    expect(world.closed(1)).toMatchObject({ reason: 'queue-timeout', during: 'accepting' });
  });

  test('who was let in is not reached by the deadline of the queue', async () => {
    const { world } = await reach('accepting', { timeouts: { idleMs: 0 } });
    world.kill(0);
    world.run(1100);
    expect([world.state(1), world.network.timers]).toEqual(['streaming', 0]);
    world.run(3000);
    expect(world.state(1)).toBe('streaming');
  });

  test.each([
    ['a kill', 'killed', (world: World) => world.kill(1)],
    ['the end of a service drain', 'drain-timeout', (world: World) => world.shard.cut()],
  ] as const)('%s ends who waits', async (_name, reason, end) => {
    const { world, client } = await reach('accepting');
    end(world);
    world.run(5);
    expect(seen(client)).toBe('reset');
    expect(world.closed(1)).toMatchObject({ reason, bytesUp: 0 });
  });
});

describe('accepting: what is told of limits', () => {
  test('one fact a second for each kind, the rest as a count', async () => {
    const world = await World.open({ limits: { connections: 1 } });
    world.connect();
    world.run(1);
    for (let i = 0; i < 300; i++) {
      world.connect();
      world.run(10);
    }
    world.run(2000);
    const told = limitFacts(world);
    expect(told.map(({ count }) => count).reduce((a, b) => a + b)).toBe(300);
    expect(told.length).toBeLessThanOrEqual(5);
    told.slice(1).forEach((fact, i) => {
      expect(fact.at - (told[i]?.at ?? 0)).toBeGreaterThanOrEqual(1000);
    });
  });

  test('what was counted and not told yet is told when the shard closes', async () => {
    const world = await World.open({ limits: { connections: 1 } });
    for (let i = 0; i < 4; i++) world.connect();
    world.run(5);
    world.shard.close();
    expect(limitFacts(world).map(({ count }) => count)).toEqual([1, 2]);
  });

  test('running out of descriptors is survived, counted and told', async () => {
    const world = await World.open({ plane: { descriptorsMax: 2 } });
    world.connect();
    world.run(5);
    const second = world.connect();
    world.run(5);
    expect(limitFacts(world)).toMatchObject([{ limit: 'descriptors' }]);
    world.kill(0);
    world.run(5);
    second.write(bytesOf(5));
    world.run(5);
    expect(world.backend(1).received).toEqual(bytesOf(5));
  });
});

function limitFacts(world: World): LimitFact[] {
  return world.facts.filter((fact) => fact.kind === 'limit');
}
