import { afterEach, describe, expect, test } from 'vitest';
import type { MemoryPeer } from '../../src/plane/memory/index.ts';
import { type PlanPieces, planOf } from './plan.ts';
import { Shards } from './shards.ts';
import { seen } from './world.ts';

let world: Shards;

afterEach(() => world.close());

async function running(pieces: PlanPieces, shards = 3): Promise<Shards> {
  const plan = planOf(pieces);
  world = new Shards(shards);
  world.serve(plan);
  await world.reload(plan);
  return world;
}

/** So many clients, one after another; the shards get them in turn. */
function crowd(count: number, host: (index: number) => string = () => '10.0.2.1'): MemoryPeer[] {
  return Array.from({ length: count }, (_, index) => {
    const client = world.connect(planOf({}), 0, host(index));
    world.run(1);
    return client;
  });
}

const open = (clients: readonly MemoryPeer[]): number =>
  clients.filter((peer) => seen(peer) === 'open').length;

describe('limits over several shards', () => {
  test.each([
    ['of the listener', { limits: { connections: 7 } }],
    ['of the process', { connections: 7 }],
    ['of a client address', { limits: { connectionsPerIp: 7 } }],
    ['on the accept rate', { limits: { acceptRate: 7 } }],
    ['of a backend', { backends: 1, connectionsMax: 7, connect: { retries: 0 } }],
  ] as const)('the limit %s is one for all of them', async (_name, pieces) => {
    await running(pieces);
    const clients = crowd(30);
    expect(open(clients)).toBe(7);
    expect(world.shards.map(({ connections }) => connections).every((count) => count > 0)).toBe(true);
  });

  test('descriptors of all shards count towards the limit of the process', async () => {
    await running({ descriptors: 33 + 10 });
    expect(open(crowd(30))).toBe(5);
  });

  test('least_connections goes by what all shards have', async () => {
    const plan = planOf({ backends: 3 });
    world = new Shards(3);
    world.serve(plan);
    const pools = plan.pools.map((pool) => ({ ...pool, balance: 'least_connections' as const }));
    await world.reload({ ...plan, pools });
    crowd(12);
    expect([0, 1, 2].map((row) => world.table.active(row))).toEqual([4, 4, 4]);
  });
});

describe('waiting over several shards', () => {
  test('a place that one shard gives back is taken by another, without a poll', async () => {
    await running({ limits: { connections: 1, onLimit: 'wait' }, timeouts: { queueMs: 0 } }, 2);
    const [first, second] = crowd(2) as [MemoryPeer, MemoryPeer];
    expect(world.shards.map(({ reserved }) => reserved)).toEqual([1, 0]);
    first.reset();
    world.run(2);
    expect(world.shards.map(({ reserved }) => reserved)).toEqual([0, 1]);
    expect(seen(second)).toBe('open');
  });

  test('a newcomer does not take the place that another shard has just been woken for', async () => {
    await running({ limits: { connections: 1, onLimit: 'wait' }, timeouts: { queueMs: 0 } });
    const [first] = crowd(2) as [MemoryPeer, MemoryPeer];
    first.reset();
    world.connect(planOf({}));
    world.run(2);
    expect(world.shards.map(({ reserved }) => reserved)).toEqual([0, 1, 0]);
    expect(world.connections).toBe(2);
  });

  test('places go round among the shards, and to those of one shard in the order in which they came', async () => {
    await running({ limits: { connections: 1, onLimit: 'wait' }, timeouts: { queueMs: 0 } });
    const clients = crowd(13);
    const served = new Set<number>();
    const order: number[] = [];
    for (let round = 0; round < 13; round++) {
      for (const fact of world.facts) {
        if (fact.kind !== 'entered' || fact.state !== 'streaming' || served.has(fact.connection)) continue;
        served.add(fact.connection);
        order.push(fact.connection);
      }
      expect(order.length, 'one at a time').toBe(round + 1);
      const inside = clients.find(
        (client) => seen(client) === 'open' && isStreaming(world, client, order.at(-1) ?? -1),
      );
      inside?.reset();
      world.run(2);
    }
    const shards = order.map((id) => Math.floor(id / 2 ** 40));
    expect(shards).toEqual(shards.map((_, index) => (index + (shards[0] ?? 0)) % 3));
    for (const shard of [0, 1, 2]) {
      const own = order.filter((id) => Math.floor(id / 2 ** 40) === shard);
      expect(own).toEqual([...own].sort((a, b) => a - b));
    }
  });

  test('a place of the process that a listener gives back is taken by one who waits for another listener', async () => {
    const pieces = { connections: 1, limits: { onLimit: 'wait' }, timeouts: { queueMs: 0 } } as const;
    const one = planOf(pieces);
    const listen = { kind: 'tcp', host: '10.0.0.1', port: 81 } as const;
    const [listener] = one.listeners;
    if (listener === undefined) throw new Error('no listener');
    const plan = { ...one, listeners: [listener, { ...listener, index: 1, name: 'two', listen }] };
    world = new Shards(2);
    world.serve(plan);
    await world.reload(plan);
    const first = world.connect(plan);
    world.run(1);
    for (let i = 0; i < 2; i++) world.connect(plan, 1);
    world.run(1);
    first.reset();
    world.run(2);
    const entered = world.facts.filter((fact) => fact.kind === 'entered' && fact.state === 'streaming');
    expect(entered.map((fact) => (fact.kind === 'entered' ? fact.listener : -1))).toEqual([0, 1]);
  });
});

function isStreaming({ shards, facts }: Shards, client: MemoryPeer, id: number): boolean {
  const port = (client.local as { port: number }).port;
  const opened = facts.find((fact) => fact.kind === 'opened' && fact.connection === id);
  return (
    opened?.kind === 'opened' &&
    opened.client.endsWith(`:${port}`) &&
    shards.some((shard) => shard.registry.get(id) !== undefined)
  );
}

describe('waiting for a backend over several shards', () => {
  test('is in the order of arrival over all of them, without a poll', async () => {
    const queue = { waitingMax: 100, timeoutMs: 60_000 };
    await running({ backends: 1, connectionsMax: 1, pool: { queue } });
    crowd(13);
    const opened = world.facts.flatMap((fact) => (fact.kind === 'opened' ? [fact.connection] : []));
    for (let round = 0; round < 13; round++) {
      const streaming = world.facts.flatMap((fact) =>
        fact.kind === 'entered' && fact.state === 'streaming' ? [fact.connection] : [],
      );
      expect(streaming).toEqual(opened.slice(0, round + 1));
      for (const shard of world.shards) shard.registry.kill(streaming[round] ?? -1);
      world.run(4);
    }
    expect(new Set(opened.map((id) => Math.floor(id / 2 ** 40))).size).toBe(3);
  });
});
