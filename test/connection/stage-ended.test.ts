import { afterEach, describe, expect, test } from 'vitest';
import { ALWAYS } from '../../src/core/chaos-plan.ts';
import type { StagePlan } from '../../src/core/plan.ts';
import { bytesOf, closeWorlds, seen, World } from './world.ts';

afterEach(closeWorlds);

const limit = (end: 'close' | 'reset'): StagePlan => ({
  kind: 'limit_data',
  up: 1000,
  down: null,
  end,
  chaos: ALWAYS,
});
const LATE: StagePlan = {
  kind: 'latency',
  up: null,
  down: 100,
  jitterMs: 0,
  distribution: 'uniform',
  chaos: ALWAYS,
};

describe('a stage that ends its connection', () => {
  test('by FIN: both peers get what had passed and what the other direction holds, then FIN', async () => {
    const world = await World.open({ stages: [limit('close'), LATE] });
    const client = world.connect();
    world.run(5);
    const backend = world.backend();
    backend.write(bytesOf(300));
    world.run(5);
    client.write(bytesOf(2000));
    world.run(20);
    expect([backend.receivedBytes, seen(backend)]).toEqual([1000, 'fin']);
    world.run(120);
    expect([client.receivedBytes, seen(client)]).toEqual([300, 'fin']);
    client.end();
    backend.end();
    world.run(50);
    expect(world.closed()).toMatchObject({
      reason: 'stage-close',
      during: 'streaming',
      refusal: 'ended by the stage limit_data',
      bytesUp: 1000,
      bytesDown: 300,
    });
  });

  test('by FIN: a peer that resets instead of finishing has no part in the reason', async () => {
    const world = await World.open({ stages: [limit('close')] });
    const client = world.connect();
    client.write(bytesOf(2000));
    world.run(20);
    expect(world.state()).toBe('draining');
    client.reset();
    world.run(1200);
    expect(world.closed()).toMatchObject({ reason: 'stage-close', error: null });
  });

  test('by RST: both peers are reset behind what had passed', async () => {
    const world = await World.open({ stages: [limit('reset')] });
    const client = world.connect();
    client.write(bytesOf(2000));
    world.run(50);
    const backend = world.backend();
    expect([backend.receivedBytes, seen(backend), seen(client)]).toEqual([1000, 'reset', 'reset']);
    expect(world.closed()).toMatchObject({ reason: 'stage-reset', during: 'streaming' });
  });

  test('when the client has finished already: the end is the stage`s all the same', async () => {
    const world = await World.open({ stages: [limit('reset'), LATE] });
    const client = world.connect();
    world.run(5);
    client.write(bytesOf(2000));
    client.end();
    world.run(50);
    expect(world.closed().reason).toBe('stage-reset');
  });

  test('the same seed makes the same faults for the same place in the order of accepts', async () => {
    const chaos = { ...ALWAYS, seed: 7, toxicity: 0.5 };
    const faults = async (): Promise<string> => {
      const world = await World.open({ stages: [{ kind: 'reset_peer', afterMs: 0, chaos }] });
      const clients = Array.from({ length: 40 }, () => world.connect());
      world.run(50);
      const seenBy = clients.map((client) => (client.resetAt === null ? '-' : 'R')).join('');
      world.kill();
      world.run(50);
      return seenBy;
    };
    const first = await faults();
    expect(first).toMatch(/R/);
    expect(first).toMatch(/-/);
    expect(await faults()).toBe(first);
  });
});
