import { afterEach, describe, expect, test } from 'vitest';
import { SluiceError } from '../src/core/errors.ts';
import type { ListenerPlan, Plan } from '../src/core/plan.ts';
import { LISTEN, planOf, withListeners } from './connection/plan.ts';
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

const next = (plan: Plan, ...listeners: readonly Partial<ListenerPlan>[]): Plan =>
  withListeners({ ...plan, version: plan.version + 1 }, ...listeners);

/** Versions of the plans that live connections have. */
function versions({ shards }: Shards, ids: readonly number[]): (number | undefined)[] {
  return ids.map((id) => shards[0]?.registry.get(id)?.plan.version);
}

const idsOf = ({ facts }: Shards): number[] =>
  facts.filter((fact) => fact.kind === 'opened').map(({ connection }) => connection);

describe('a shard: a plan comes in two steps', () => {
  test('prepare binds and tells where; new clients live under the plan that is committed', async () => {
    const plan = planOf({});
    await running(plan);
    world.connect(plan);
    world.run(5);
    const second = next(plan, { timeouts: { ...(plan.listeners[0] as ListenerPlan).timeouts, idleMs: 7 } });
    expect(await world.prepare(second)).toEqual({ edge: '10.0.0.1:80' });
    world.connect(plan);
    world.run(1);
    expect(versions(world, idsOf(world)), 'prepared is not committed').toEqual([1, 1]);
    world.shard().commit(2);
    world.connect(plan);
    world.run(1);
    expect(versions(world, idsOf(world))).toEqual([1, 1, 2]);
  });

  test('who comes by a socket that a prepared plan has added lives under that plan', async () => {
    const plan = planOf({});
    await running(plan);
    const second = next(plan, {}, { name: 'two', listen: other });
    expect(await world.prepare(second)).toEqual({ edge: '10.0.0.1:80', two: '10.0.0.1:81' });
    world.connect(second, 1);
    world.run(5);
    expect(versions(world, idsOf(world))).toEqual([2]);
    expect(world.word('VERSION')).toBe(1);
    world.shard().commit(2);
    expect(world.word('VERSION')).toBe(2);
  });

  test('a listener that cannot be bound changes nothing, and leaves nothing bound', async () => {
    const plan = planOf({});
    await running(plan);
    const taken = { ...LISTEN, port: 82 };
    world.network.rule(taken, { listen: 'EACCES' });
    const bad = next(plan, {}, { name: 'two', listen: other }, { name: 'three', listen: taken });
    const refusal = await world.prepare(bad).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(SluiceError);
    expect(refusal).toMatchObject({
      code: 'LISTEN_FAILED',
      message: 'listener "three" cannot be bound to 10.0.0.1:82: EACCES',
    });
    const gone = world.connect(bad, 1);
    world.connect(plan);
    world.run(5);
    expect(gone.events.at(-1)?.kind).toBe('failed');
    expect(versions(world, idsOf(world))).toEqual([1]);
    await world.reload(next(plan, {}, { name: 'two', listen: other }));
  });

  test('abort closes what was bound and cuts who came by it; the next plan may have the same version', async () => {
    const plan = planOf({});
    await running(plan);
    const second = next(plan, {}, { name: 'two', listen: other });
    await world.prepare(second);
    const early = world.connect(second, 1);
    world.run(5);
    await world.shard().abort(9);
    expect(seen(early), 'another version is nobody').toBe('open');
    await world.shard().abort(2);
    world.run(5);
    const late = world.connect(second, 1);
    world.run(5);
    expect([seen(early), late.events.at(-1)?.kind]).toEqual(['reset', 'failed']);
    expect(() => world.shard().commit(2)).toThrow(/not prepared/);
    await world.reload(second);
    expect(world.word('VERSION')).toBe(2);
  });

  test('abort of a plan that is still being bound refuses it', async () => {
    const plan = planOf({});
    await running(plan);
    const second = next(plan, {}, { name: 'two', listen: other });
    const preparing = world.shard().prepare(second, {});
    const refused = expect(preparing).rejects.toMatchObject({ code: 'LISTEN_FAILED' });
    expect(() => world.shard().commit(2)).toThrow(/not prepared/);
    await world.shard().abort(2);
    await refused;
    await world.reload(second);
  });

  test('one plan at a time, and only what was prepared can be committed', async () => {
    const plan = planOf({});
    await running(plan);
    await world.prepare(next(plan, {}));
    await expect(world.shard().prepare(next(plan, {}), {})).rejects.toThrow(/commit or abort/);
    expect(() => world.shard().commit(3)).toThrow(/plan 3 is not prepared/);
    world.shard().commit(2);
    expect(() => world.shard().commit(2)).toThrow(/plan 2 is not prepared/);
  });

  test('a shard that has stopped accepting binds nothing more, also what it was binding', async () => {
    const plan = planOf({});
    await running(plan);
    const second = next(plan, {}, { name: 'two', listen: other });
    const preparing = world.shard().prepare(second, {});
    const refused = expect(preparing).rejects.toThrow(/stopped accepting/);
    await world.shard().stopAccepting();
    const clients = [world.connect(plan), world.connect(second, 1)];
    world.run(5);
    await refused;
    expect(clients.map((client) => client.events.at(-1)?.kind)).toEqual(['failed', 'failed']);
    await expect(world.shard().prepare(second, {})).rejects.toThrow(/stopped accepting/);
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

describe('a shard: the words it tells control by', () => {
  test('VERSION, OLDEST and CONNECTIONS follow reloads and the ends of connections', async () => {
    const plan = planOf({});
    await running(plan);
    const words = (): number[] =>
      (['VERSION', 'OLDEST', 'CONNECTIONS'] as const).map((word) => world.word(word));
    expect(words()).toEqual([1, 1, 0]);
    const first = world.connect(plan);
    world.run(5);
    const second = next(plan, {});
    await world.reload(second);
    expect(words()).toEqual([2, 1, 1]);
    const later = world.connect(plan);
    world.run(5);
    await world.reload(next(second, {}));
    expect(words()).toEqual([3, 1, 2]);
    first.reset();
    world.run(5);
    expect(words()).toEqual([3, 2, 1]);
    later.reset();
    world.run(5);
    expect(words()).toEqual([3, 3, 0]);
  });
});
