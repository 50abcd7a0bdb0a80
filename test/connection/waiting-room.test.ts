import { afterEach, describe, expect, test } from 'vitest';
import { type Cidr, parseCidr } from '../../src/core/cidr.ts';
import type { LimitFact } from '../../src/core/facts.ts';
import type { MemoryPeer } from '../../src/plane/memory/index.ts';
import { routeTo } from './plan.ts';
import { reach } from './reach.ts';
import { closeWorlds, seen, World } from './world.ts';

afterEach(closeWorlds);

const net = (text: string): Cidr => parseCidr(text) as Cidr;

describe('accepting: the waiting room', () => {
  test('holds as many as it may; the next is reset and counted as waiting', async () => {
    const world = await World.open({ limits: { connections: 1, onLimit: 'wait', waitingMax: 2 } });
    const clients = Array.from({ length: 4 }, () => world.connect());
    world.run(5);
    expect(clients.map(seen)).toEqual(['open', 'open', 'open', 'reset']);
    expect(world.gauge('accepting')).toBe(2);
    expect(world.closed(3).reason).toBe('limit');
    expect(limitFacts(world).map(({ limit }) => limit)).toEqual(['connections', 'waiting']);
  });

  test('is not used where no descriptor is to spare', async () => {
    const world = await World.open({ limits: { connections: 1, onLimit: 'wait' }, descriptors: 66 });
    world.connect();
    world.run(5);
    const second = world.connect();
    world.run(5);
    expect(seen(second)).toBe('reset');
  });

  test('is left in the order of arrival', async () => {
    const world = await World.open({ limits: { connections: 1, onLimit: 'wait' } });
    const clients = Array.from({ length: 4 }, () => world.connect());
    world.run(5);
    for (let served = 0; served < 4; served++) {
      expect(clients.map((_, i) => world.state(i)).indexOf('streaming')).toBe(served);
      clients[served]?.reset();
      world.run(5);
    }
  });

  test('is left in the order of arrival when the accept rate is what holds up, newcomers behind all others', async () => {
    const world = await World.open({
      limits: { acceptRate: 20, onLimit: 'wait' },
      timeouts: { queueMs: 0 },
    });
    for (let i = 0; i < 40; i++) world.connect();
    for (let at = 0; at < 2000; at += 7) {
      if (at % 35 === 0) world.connect();
      world.run(7);
    }
    const admitted = world.facts
      .filter((fact) => fact.kind === 'entered' && fact.state === 'sniffing')
      .map((fact) => (fact.kind === 'entered' ? fact.connection : -1));
    expect(admitted.length).toBeGreaterThan(50);
    expect(admitted).toEqual(world.ids.slice(0, admitted.length));
  });

  test('one whose own address has no place left does not hold up those behind it', async () => {
    const world = await World.open({ limits: { connections: 2, connectionsPerIp: 1, onLimit: 'wait' } });
    const [, other] = [world.connect('10.0.2.1'), world.connect('10.0.2.2')];
    world.run(5);
    world.connect('10.0.2.1');
    world.connect('10.0.2.3');
    world.run(5);
    other.reset();
    world.run(5);
    expect([world.state(2), world.state(3)]).toEqual(['accepting', 'streaming']);
  });

  test('a client that leaves frees its place in it', async () => {
    const world = await World.open({ limits: { connections: 1, onLimit: 'wait', waitingMax: 1 } });
    world.connect();
    world.run(5);
    const second = world.connect();
    world.run(5);
    second.reset();
    world.run(5);
    expect(world.closed(1).reason).toBe('client-reset');
    world.connect();
    world.run(5);
    expect(world.state(2)).toBe('accepting');
  });

  test('a client that has sent FIN goes on waiting and is served when its turn comes', async () => {
    const { world, client } = await reach('accepting');
    client.end();
    world.run(5);
    expect(world.state(1)).toBe('accepting');
    world.kill(0);
    world.run(5);
    expect(world.state(1)).toBe('half-closed-client');
    expect(seen(world.backend(1))).toBe('fin');
  });

  test('a crowd that is all turned away when a place comes free does not fall over itself', async () => {
    const world = await World.open({
      limits: { connections: 1, onLimit: 'wait', waitingMax: 3000 },
      timeouts: { queueMs: 0 },
      routes: [routeTo(0, { source: [net('10.0.9.9')] }), routeTo('reset')],
    });
    const first = world.connect('10.0.9.9');
    world.run(5);
    const crowd: MemoryPeer[] = [];
    for (let batch = 0; batch < 6; batch++) {
      for (let i = 0; i < 400; i++) crowd.push(world.connect());
      world.run(5);
    }
    expect(world.gauge('accepting')).toBe(2400);
    first.reset();
    world.run(50);
    expect(world.defects()).toEqual([]);
    expect(new Set(crowd.map(seen))).toEqual(new Set(['reset']));
    expect(new Set(world.closedFacts().map(({ reason }) => reason))).toEqual(
      new Set(['client-reset', 'rejected']),
    );
  });
});

function limitFacts(world: World): LimitFact[] {
  return world.facts.filter((fact) => fact.kind === 'limit');
}
