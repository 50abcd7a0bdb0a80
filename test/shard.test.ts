import { afterEach, describe, expect, test } from 'vitest';
import { SluiceError } from '../src/core/errors.ts';
import type { ListenerPlan, Plan } from '../src/core/plan.ts';
import { LISTEN, planOf, withListeners } from './connection/plan.ts';
import { idsOf, next, versions } from './connection/plans-in-force.ts';
import { Shards } from './connection/shards.ts';
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

describe('a shard: plans that connections keep alive', () => {
  test('share what a reload has left as it was, whatever became of the rest', async () => {
    const plan = withListeners(planOf({}), {}, { name: 'two', listen: other });
    await running(plan);
    const backends = plan.backends.map((backend) =>
      backend.row === 1 ? { ...backend, weight: 9 } : backend,
    );
    const second = structuredClone({ ...next(plan, {}, { name: 'renamed', listen: other }), backends });
    world.connect(plan);
    world.run(5);
    await world.reload(second);
    world.connect(plan);
    world.run(5);
    const [was, is] = idsOf(world).map((id) => world.shard().registry.get(id)?.shard);
    expect(is?.plan).toEqual(second);
    expect(is?.plan.pools).toBe(was?.plan.pools);
    expect(is?.plan.listeners[0]).toBe(was?.plan.listeners[0]);
    expect(is?.routes[0]).toBe(was?.routes[0]);
    expect(is?.plan.backends[0]).toBe(was?.plan.backends[0]);
    expect(is?.plan.listeners[1]?.name).toBe('renamed');
    expect(is?.plan.backends[1]?.weight).toBe(9);
  });

  test('a pool goes on with its turns through a reload that leaves it as it was, and begins anew through another', async () => {
    const plan = planOf({ backends: 3 });
    await running(plan);
    const come = (): void => {
      world.connect(plan);
      world.run(5);
    };
    const loads = (): number[] => [0, 1, 2].map((row) => world.table.load(row));
    come();
    await world.reload(structuredClone(next(plan, {})));
    come();
    expect(loads()).toEqual([1, 1, 0]);
    const backends = plan.backends.map((backend) => ({ ...backend, connectionsMax: 7 }));
    await world.reload({ ...next(plan, {}), version: 3, backends });
    come();
    expect(loads()).toEqual([2, 1, 0]);
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
