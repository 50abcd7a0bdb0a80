import { setImmediate as allPromises } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { Plan } from '../../src/core/plan.ts';
import { planOf, routeTo, TIMEOUTS, withListeners } from './plan.ts';
import { STUCK_BYTES } from './reach.ts';
import { untilQueued } from './shards.ts';
import { bytesOf, closeWorlds, seen, World } from './world.ts';

afterEach(closeWorlds);

const DRAIN_MS = 1000;

/** The plan after this one, in which the listener is retired. */
function without(plan: Plan, drainMs = DRAIN_MS): Plan {
  return withListeners({ ...plan, version: plan.version + 1, drainMs }, { retired: true });
}

describe('a listener that a reload has taken away', () => {
  test('accepts nobody, and lets its connections finish until the drain deadline, then cuts them', async () => {
    const world = await World.open();
    const client = world.connect();
    world.run(5);
    await world.reload(without(world.plan));
    const late = world.connect();
    world.run(DRAIN_MS - 50);
    expect([seen(client), late.events.at(-1)?.kind]).toEqual(['open', 'failed']);
    client.write(bytesOf(10));
    world.run(20);
    expect(world.backend().received).toEqual(bytesOf(10));
    world.run(60);
    expect(seen(client)).toBe('reset');
    expect(world.closed()).toMatchObject({ reason: 'drain-timeout', during: 'streaming', bytesUp: 10 });
  });

  test('cuts its connections at once where the drain time is 0, also those that still were in the queue', async () => {
    const world = await World.open();
    const client = world.connect();
    world.run(5);
    const queued = world.connect();
    untilQueued(world.network);
    expect(world.shard.connections, 'one is in the queue').toBe(1);
    await world.reload(without(world.plan, 0));
    await allPromises();
    world.run(20);
    expect([seen(client), seen(queued)]).toEqual(['reset', 'reset']);
    expect(world.closedFacts().map(({ reason }) => reason)).toEqual(['drain-timeout', 'drain-timeout']);
  });

  test('resets its connections at once where the plan says so, also those that still were in the queue', async () => {
    const world = await World.open();
    const client = world.connect();
    world.run(5);
    const queued = world.connect();
    untilQueued(world.network);
    const name = world.plan.listeners[0]?.name ?? '';
    await world.reload({ ...without(world.plan), resets: [name] });
    await allPromises();
    world.run(20);
    expect([seen(client), seen(queued)]).toEqual(['reset', 'reset']);
    expect(world.closedFacts().map(({ reason }) => reason)).toEqual(['killed', 'killed']);
  });

  test('what was read is delivered within linger when it is cut', async () => {
    const world = await World.open();
    const client = world.connect();
    world.run(5);
    const backend = world.backend();
    backend.stopReading();
    client.write(bytesOf(STUCK_BYTES));
    world.run(5);
    await world.reload(without(world.plan, 0));
    await allPromises();
    world.network.after(TIMEOUTS.lingerMs / 2, () => backend.startReading());
    world.run(TIMEOUTS.lingerMs + 50);
    const { bytesUp, undeliveredUp } = world.closed();
    expect([seen(backend), undeliveredUp, backend.received.length]).toEqual(['reset', 0, bytesUp]);
  });

  test('keeps its deadline for those it had when it comes back, and those that come then have none', async () => {
    const world = await World.open();
    const before = world.connect();
    world.run(5);
    await world.reload(without(world.plan));
    world.run(200);
    await world.reload({ ...world.plan, version: 3 });
    const after = world.connect();
    world.run(DRAIN_MS - 250);
    expect([seen(before), seen(after)]).toEqual(['open', 'open']);
    world.run(100);
    expect([seen(before), seen(after)]).toEqual(['reset', 'open']);
    world.run(2 * DRAIN_MS);
    expect(seen(after)).toBe('open');
  });

  test('leaves no deadline behind in a shard that is closed', async () => {
    const world = await World.open();
    await world.reload(without(world.plan, 3_600_000));
    expect(world.network.timers).toBe(1);
    world.shard.close();
    expect(world.network.timers).toBe(0);
  });

  test('cuts nobody of another listener', async () => {
    const plan = withListeners(
      planOf({}),
      {},
      { name: 'two', listen: { kind: 'tcp', host: '10.0.0.1', port: 81 } },
    );
    const world = await World.open();
    await world.reload({ ...plan, version: 2 });
    const staying = world.network.connect({ kind: 'tcp', host: '10.0.0.1', port: 81 }, '10.0.2.1');
    const going = world.connect();
    world.run(5);
    await world.reload(
      withListeners(
        { ...plan, version: 3, drainMs: 0 },
        { retired: true },
        { name: 'two', listen: { kind: 'tcp', host: '10.0.0.1', port: 81 } },
      ),
    );
    world.run(20);
    expect([seen(staying), seen(going)]).toEqual(['open', 'reset']);
  });
});

describe('a connection and a reload', () => {
  test('goes on under the plan it began with: deadlines, routes, backends', async () => {
    const world = await World.open({
      routes: [routeTo('reset', { protocol: ['ssh'] }), routeTo(0)],
      timeouts: { idleMs: 60_000 },
    });
    const old = world.connect();
    world.run(5);
    await world.reload(
      planOf({ version: 2, routes: [routeTo('reset')], timeouts: { idleMs: 100 }, sniff: { timeoutMs: 1 } }),
    );
    const fresh = world.connect();
    old.write(bytesOf(10));
    world.run(200);
    expect([seen(old), seen(fresh)]).toEqual(['open', 'reset']);
    expect(world.backend().received).toEqual(bytesOf(10));
    expect(world.closed(1)).toMatchObject({ reason: 'rejected' });
  });

  test('those who wait for a place gain by a limit that a reload has raised, at once and in their order', async () => {
    const limits = { connections: 1, onLimit: 'wait' } as const;
    const world = await World.open({ limits });
    for (let i = 0; i < 4; i++) {
      world.connect();
      world.run(1);
    }
    await world.reload(planOf({ version: 2, limits: { ...limits, connections: 3 } }));
    world.run(1);
    expect([0, 1, 2, 3].map((index) => world.state(index))).toEqual([
      'streaming',
      'streaming',
      'streaming',
      'accepting',
    ]);
    world.connect();
    world.run(1);
    world.kill(0);
    world.run(5);
    expect([world.state(3), world.state(4)]).toEqual(['streaming', 'accepting']);
  });

  test('who was let in under the limits of a later plan gives back what those had taken', async () => {
    const limits = { connections: 1, onLimit: 'wait' } as const;
    const world = await World.open({ limits });
    for (let i = 0; i < 2; i++) {
      world.connect();
      world.run(1);
    }
    await world.reload(planOf({ version: 2, limits: { connections: 9, connectionsPerIp: 1 } }));
    world.run(1);
    expect(world.state(1)).toBe('streaming');
    const refused = world.connect();
    world.run(1);
    world.kill(1);
    world.run(5);
    const again = world.connect();
    world.run(5);
    expect([seen(refused), seen(again)]).toEqual(['reset', 'open']);
  });

  test('a limit of clients that comes and goes by reloads is given back as it was taken', async () => {
    const world = await World.open();
    world.connect();
    world.run(1);
    await world.reload(planOf({ version: 2, limits: { connectionsPerIp: 1 } }));
    const clients = [world.connect(), world.connect()];
    world.run(5);
    expect(clients.map(seen)).toEqual(['open', 'reset']);
    await world.reload(planOf({ version: 3 }));
    world.kill(0);
    world.kill(1);
    world.run(5);
    expect(world.shard.reserved).toBe(0);
    await world.reload(planOf({ version: 4, limits: { connectionsPerIp: 1 } }));
    const again = world.connect();
    world.run(5);
    expect(seen(again)).toBe('open');
  });

  test('either engine can follow the other', async () => {
    const world = await World.open({ machineEngine: 'compiled' });
    world.connect();
    world.run(5);
    await world.reload(planOf({ version: 2, machineEngine: 'interpreter' }));
    world.connect();
    world.run(5);
    world.shard.cut();
    world.run(20);
    expect(world.path(0)).toEqual(world.path(1));
  });
});
