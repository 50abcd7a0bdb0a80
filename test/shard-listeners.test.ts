import { afterEach, describe, expect, test, vi } from 'vitest';
import { formatAddress } from '../src/core/address.ts';
import type { Plan } from '../src/core/plan.ts';
import type { MemoryPeer } from '../src/plane/memory/index.ts';
import { LISTEN, planOf, withListeners } from './connection/plan.ts';
import { idsOf, next, versions } from './connection/plans-in-force.ts';
import { Shards, untilQueued } from './connection/shards.ts';
import { seen } from './connection/world.ts';

let world: Shards;
const other = { ...LISTEN, port: 81 };

afterEach(() => world.close());

/** A service of some shards that runs the plan. */
async function running(plan: Plan, shards = 1): Promise<Shards> {
  world = new Shards(shards);
  world.serve(plan);
  await world.reload(plan);
  return world;
}

describe('a shard: a listener that is drained', () => {
  test('is left with who waited there served, keeps its connections, and takes others once it is resumed', async () => {
    const plan = planOf({});
    await running(plan);
    const first = world.connect(plan);
    world.run(5);
    const drained = next(plan, { drained: true });
    await world.prepare(drained);
    const waiting = world.connect(plan);
    untilQueued(world.network);
    world.shard().commit(2);
    world.run(5);
    const late = world.connect(plan);
    world.run(5 * plan.drainMs);
    expect([seen(first), seen(waiting), late.events.at(-1)?.kind]).toEqual(['open', 'open', 'failed']);
    await world.reload({ ...next(plan, {}), version: 3 });
    const again = world.connect(plan);
    world.run(5);
    expect([seen(first), seen(again)]).toEqual(['open', 'open']);
    expect(versions(world, idsOf(world)).at(-1)).toBe(3);
  });
});

describe('a shard: sockets are kept by their address', () => {
  test('a listener that keeps its address keeps who waits in its queue, also under another name', async () => {
    const plan = planOf({});
    await running(plan);
    const queued = world.connect(plan);
    untilQueued(world.network);
    await world.reload(next(plan, { name: 'renamed' }));
    world.run(5);
    expect(seen(queued)).toBe('open');
    expect(versions(world, idsOf(world))).toEqual([2]);
  });

  test('two listeners that swap their addresses get the clients of their new one', async () => {
    const plan = withListeners(planOf({}), {}, { name: 'two', listen: other });
    await running(plan);
    await world.reload(next(plan, { listen: other }, { name: 'two', listen: LISTEN }));
    world.network.connect(LISTEN, '10.0.2.1');
    world.run(5);
    expect(world.facts.find((fact) => fact.kind === 'opened')).toMatchObject({ listener: 1 });
  });

  test('a listener that moves is bound anew, and its old address is left with who waited there served', async () => {
    const plan = planOf({});
    await running(plan);
    const moved = next(plan, { listen: other });
    await world.prepare(moved);
    const waiting = world.connect(plan);
    untilQueued(world.network);
    expect(world.connections, 'it is not accepted yet').toBe(0);
    world.shard().commit(2);
    world.run(5);
    const late = world.connect(plan);
    world.connect(moved);
    world.run(5);
    expect([seen(waiting), late.events.at(-1)?.kind]).toEqual(['open', 'failed']);
    expect(versions(world, idsOf(world))).toEqual([1, 2]);
  });

  test('a free port is asked for once, and shared with the other shards', async () => {
    const plan = withListeners(planOf({}), { listen: { ...LISTEN, port: 0 } });
    await running(plan, 3);
    const { edge } = await world.reload(next(plan, { listen: { ...LISTEN, port: 0 } }));
    const port = Number(edge?.split(':')[1]);
    expect(port).toBeGreaterThan(0);
    for (let i = 0; i < 6; i++) world.network.connect({ ...LISTEN, port }, '10.0.2.1');
    world.run(5);
    expect(world.shards.map(({ connections }) => connections)).toEqual([2, 2, 2]);
  });

  test('a listener of one shard is bound by that one alone, a retired one by none', async () => {
    const accept = { shards: 1, reason: 'test' };
    const plan = withListeners(
      planOf({}),
      { accept },
      { name: 'two', listen: other },
      { name: 'gone', listen: { ...LISTEN, port: 82 }, retired: true },
    );
    world = new Shards(2);
    world.serve(plan);
    expect(await world.shard(0).prepare(plan, {})).toEqual({ two: '10.0.0.1:81' });
    expect(await world.shard(1).prepare(plan, { two: '10.0.0.1:81' })).toEqual({
      edge: '10.0.0.1:80',
      two: '10.0.0.1:81',
    });
    for (const shard of world.shards) shard.commit(1);
    world.connect(plan);
    const nobody = world.connect(plan, 2);
    world.run(5);
    expect(world.shards.map(({ connections }) => connections)).toEqual([0, 1]);
    expect(nobody.events.at(-1)?.kind).toBe('failed');
  });

  test('an address that a socket is just leaving can be bound again by the next plan', async () => {
    const plan = withListeners(planOf({}), {}, { name: 'two', listen: other });
    await running(plan);
    const without = next(plan, {}, { name: 'two', listen: other, retired: true });
    await world.reload(without);
    await world.reload(next(without, {}, { name: 'two', listen: other }));
    world.connect(plan, 1);
    world.run(5);
    expect(versions(world, idsOf(world))).toEqual([3]);
  });
});

describe('a shard: a listener that goes over to TPROXY, or back', () => {
  const alone = { shards: 0, reason: 'test' };
  const [off, tproxy] = [{ transparent: 'off' }, { transparent: 'tproxy' }] as const;
  test.each([
    ['over', off, tproxy],
    ['back', tproxy, off],
  ])('goes %s by a socket of its own where sockets share, and loses nobody', async (_, from, to) => {
    const plan = withListeners(planOf({}), from);
    await running(plan, 2);
    const moved = next(plan, to);
    const listens = world.planes.map((plane) => vi.spyOn(plane, 'listen'));
    const before = world.connect(plan);
    world.run(5);
    await world.prepare(moved);
    for (const shard of world.shards) shard.commit(2);
    world.run(5);
    const after = Array.from({ length: 4 }, () => world.connect(moved));
    world.run(5);
    expect([before, ...after].map(seen)).toEqual(Array.from({ length: 5 }, () => 'open'));
    const plans = idsOf(world).map((id) => world.shards.map((shard) => shard.registry.get(id)?.plan.version));
    expect(plans.flat().filter((version) => version !== undefined)).toEqual([1, 2, 2, 2, 2]);
    for (const { mock } of listens)
      expect(mock.calls.map(([, options]) => options.transparent)).toEqual([to === tproxy]);
  });

  test('is refused where one shard has the address alone, is told why, and stays as it was', async () => {
    const plan = withListeners(planOf({}), { accept: alone });
    await running(plan);
    await expect(world.prepare(next(plan, { accept: alone, ...tproxy }))).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      message: expect.stringContaining('listener "edge" of the plan in force is bound to 10.0.0.1:80'),
    });
    world.connect(plan);
    world.run(5);
    expect(versions(world, idsOf(world))).toEqual([1]);
  });

  test('keeps its socket where it goes over to redirected clients, who need none of their own', async () => {
    const plan = planOf({});
    await running(plan);
    const queued = world.connect(plan);
    untilQueued(world.network);
    await world.reload(next(plan, { transparent: 'redirect' }));
    world.run(5);
    expect([seen(queued), versions(world, idsOf(world))]).toEqual(['open', [2]]);
  });
});

describe('a shard: addresses that overlap', () => {
  const everywhere = { ...LISTEN, host: '0.0.0.0' };
  const alone = { shards: 0, reason: 'test' };

  test.each([
    ['to all interfaces', LISTEN, everywhere],
    ['to one interface of all', everywhere, LISTEN],
  ])('a listener moves %s and loses nobody where sockets share', async (_, from, to) => {
    const plan = withListeners(planOf({}), { listen: from });
    await running(plan, 3);
    const moved = next(plan, { listen: to });
    const come = (): MemoryPeer[] => {
      const clients = Array.from({ length: 6 }, () => world.network.connect(LISTEN, '10.0.2.1'));
      world.run(5);
      return clients;
    };
    const clients = come();
    expect(await world.prepare(moved)).toEqual({ edge: formatAddress(to) });
    clients.push(...come());
    for (const shard of world.shards) shard.commit(2);
    world.run(5);
    clients.push(...come());
    expect(clients.map(seen)).toEqual(clients.map(() => 'open'));
    const late = idsOf(world).slice(-6);
    const plans = late.map((id) => world.shards.map((shard) => shard.registry.get(id)?.plan.version));
    expect(plans.flat().filter((version) => version !== undefined)).toEqual(late.map(() => 2));
  });

  test('a listener of one shard that moves so is refused, is told why, and stays where it was', async () => {
    const plan = withListeners(planOf({}), { accept: alone });
    await running(plan);
    await expect(world.prepare(next(plan, { accept: alone, listen: everywhere }))).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      message:
        'listener "edge" cannot be bound to 0.0.0.0:80: EADDRINUSE: listener "edge" of the plan in force is bound to ' +
        '10.0.0.1:80, and leaves it only when the new plan can be put in force; take that listener away by one reload ' +
        'and bind the new address by the next, or restart',
    });
    const client = world.connect(plan);
    world.run(5);
    expect(seen(client)).toBe('open');
  });

  test('the listener in the way is named also where another shard has it', async () => {
    const plan = withListeners(planOf({}), { accept: alone });
    await running(plan, 2);
    const renamed = next(
      plan,
      { retired: true, accept: alone },
      { name: 'two', accept: { ...alone, shards: 1 } },
    );
    await expect(world.prepare(renamed)).rejects.toThrow(
      /"two" .* EADDRINUSE: listener "edge" .* 10\.0\.0\.1:80/,
    );
  });

  test('what strangers have is refused without more words', async () => {
    const plan = planOf({});
    await running(plan);
    world.network.serve(other, () => {});
    await expect(world.prepare(next(plan, { listen: { ...other, host: '0.0.0.0' } }))).rejects.toMatchObject({
      message: 'listener "edge" cannot be bound to 0.0.0.0:81: EADDRINUSE',
    });
  });

  test('a port that a listener was given because it asked for any is not shared with another listener', async () => {
    const any = { listen: { ...LISTEN, port: 0 } };
    const plan = withListeners(planOf({}), any);
    world = new Shards(1);
    world.serve(plan);
    const { edge } = await world.reload(plan);
    const port = Number(edge?.split(':')[1]);
    const taken = { name: 'two', listen: { ...LISTEN, port } };
    await expect(world.prepare(next(plan, any, taken))).rejects.toThrow(
      /"two" .* EADDRINUSE: listener "edge"/,
    );
    expect(await world.prepare(next(plan, { listen: taken.listen }))).toEqual({ edge });
  });

  test('an address that is only written in another way keeps its socket and who waits in its queue', async () => {
    const at = (host: string) => ({ accept: alone, listen: { ...LISTEN, host } });
    const plan = withListeners(planOf({}), at('::1'));
    await running(plan);
    const queued = world.connect(plan);
    untilQueued(world.network);
    await world.reload(next(plan, at('0:0:0:0:0:0:0:1')));
    world.run(5);
    expect([seen(queued), versions(world, idsOf(world))]).toEqual(['open', [2]]);
  });
});

describe('a shard that is started again', () => {
  test.each([['every' as const], [0]])(
    'accepts on the port it was given before (accept: %s)',
    async (shards) => {
      const plan = withListeners(planOf({}), {
        listen: { ...LISTEN, port: 0 },
        accept: { shards, reason: 'test' },
      });
      world = new Shards(1);
      world.serve(plan);
      const bound = await world.reload(plan);
      await world.shard().stopAccepting();
      const again = world.again();
      expect(await again.prepare(plan, bound)).toEqual(bound);
      again.commit(1);
      await again.prepare(
        next(plan, { listen: { ...LISTEN, port: 0 }, accept: { shards, reason: 'test' } }),
        bound,
      );
      again.commit(2);
      const port = Number(bound.edge?.split(':')[1]);
      const client = world.network.connect({ ...LISTEN, port }, '10.0.2.1');
      world.run(5);
      expect(seen(client)).toBe('open');
    },
  );
});
