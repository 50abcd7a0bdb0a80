import { afterEach, describe, expect, test } from 'vitest';
import type { TransitionFact } from '../../src/core/facts.ts';
import type { ActorSnapshot } from '../../src/core/inspection.ts';
import { reach } from './reach.ts';
import { closeWorlds, World } from './world.ts';

afterEach(closeWorlds);

function transitions({ facts }: World): TransitionFact[] {
  return facts.filter((fact) => fact.kind === 'transition');
}

function told(world: World): [event: string, value: unknown, status: string][] {
  return transitions(world).map(({ event, snapshot }) => {
    const { value, status } = JSON.parse(snapshot) as ActorSnapshot;
    return [(JSON.parse(event) as { type: string }).type, value, status];
  });
}

describe('the inspection of connections', () => {
  test('tells every transition of the new ones of a listener, from their beginning to their end, in order', async () => {
    const world = await World.open();
    const name = world.plan.listeners[0]?.name ?? '';
    expect(world.shard.registry.inspection.follow({ connections: [], listeners: [name] })).toEqual([]);
    const client = world.connect();
    world.run(5);
    client.end();
    world.run(5);
    world.backend().end();
    world.run(50);
    const steps = told(world);
    expect(steps[0]).toEqual(['xstate.init', { accepting: 'admission' }, 'active']);
    expect(steps.at(-1)).toEqual(['flushed', 'closed', 'done']);
    expect(steps.map(([event]) => event)).toEqual(
      expect.arrayContaining(['admitted', 'sniffed', 'routed', 'dialed', 'client.fin', 'backend.fin']),
    );
    expect(transitions(world).map(({ step }) => step)).toEqual(steps.map((_, at) => at + 1));
    expect(world.shard.registry.inspection.size).toBe(0);
  });

  test.each(['compiled', 'interpreter'] as const)('is the same by the engine %s', async (machineEngine) => {
    const { world, client } = await reach('streaming', { machineEngine });
    const [id = -1] = world.ids;
    world.shard.registry.inspection.follow({ connections: [id], listeners: [] });
    client.reset();
    world.run(50);
    expect(told(world)).toEqual([
      ['client.reset', { relaying: 'draining' }, 'active'],
      ['flushed', 'closed', 'done'],
    ]);
  });

  test('says how one stands that lives already, and tells what comes after that alone', async () => {
    const { world, client } = await reach('streaming');
    const [id = -1] = world.ids;
    const [present] = world.shard.registry.inspection.follow({ connections: [id, 7], listeners: [] });
    expect(present).toMatchObject({ connection: id, step: 1, listener: world.plan.listeners[0]?.name });
    expect(present?.snapshot).toMatchObject({ value: { relaying: 'streaming' }, status: 'active' });
    expect(present?.snapshot.context).toMatchObject({ client: '10.0.2.1', reason: null });
    world.connect();
    client.end();
    world.run(5);
    expect(new Set(transitions(world).map(({ connection }) => connection))).toEqual(new Set([id]));
    const [again] = world.shard.registry.inspection.follow({ connections: [id], listeners: [] });
    expect(transitions(world)[0]?.step).toBe(2);
    expect(again?.step).toBe(1 + transitions(world).length);
  });

  test('of new ones goes on when their listener is no longer meant, for those that are named', async () => {
    const world = await World.open();
    const name = world.plan.listeners[0]?.name ?? '';
    const { inspection } = world.shard.registry;
    inspection.follow({ connections: [], listeners: [name] });
    const clients = [world.connect(), world.connect()];
    world.run(5);
    const [, second = -1] = world.ids;
    inspection.follow({ connections: [second], listeners: [] });
    const before = transitions(world).length;
    for (const client of clients) client.reset();
    world.run(50);
    const after = transitions(world).slice(before);
    expect(after.length).toBeGreaterThan(0);
    expect(new Set(after.map(({ connection }) => connection))).toEqual(new Set([second]));
  });

  test('is gone when nobody wants it: no actor is inspected, and nothing is kept', async () => {
    const { world, client } = await reach('streaming');
    const { inspection } = world.shard.registry;
    expect(inspection.isObserving).toBe(false);
    const [id = -1] = world.ids;
    inspection.follow({ connections: [id], listeners: [] });
    expect(inspection.isObserving).toBe(true);
    inspection.follow({ connections: [], listeners: [] });
    expect(inspection).toMatchObject({ isObserving: false, size: 0 });
    client.reset();
    world.run(50);
    expect(transitions(world)).toEqual([]);
  });

  test('ends by itself with the connection', async () => {
    const { world, client } = await reach('streaming');
    const { inspection } = world.shard.registry;
    inspection.follow({ connections: world.ids, listeners: [] });
    client.reset();
    world.run(50);
    expect(inspection).toMatchObject({ isObserving: false, size: 0 });
  });
});
