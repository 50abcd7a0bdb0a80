import { afterEach, describe, expect, test } from 'vitest';
import { ALWAYS } from '../../src/core/chaos-plan.ts';
import type { LiveStagePlan } from '../../src/core/stage-control.ts';
import type { LatencyPlan, SlicerPlan, StagePlan } from '../../src/core/stage-plan.ts';
import { Dice } from '../simulation/dice.ts';
import { moving } from './moving.ts';
import { reach } from './reach.ts';
import { bytesOf, closeWorlds, seen, type World, type WorldPieces } from './world.ts';

afterEach(closeWorlds);

const LISTENER = 'edge';
const SEEDS = 30;

let revision = 0;

const named = (name: string, stage: StagePlan): LiveStagePlan => ({
  name,
  stage,
  since: 0,
  revision: ++revision,
});

const late = (ms: number): LatencyPlan => ({
  kind: 'latency',
  up: ms,
  down: ms,
  jitterMs: 0,
  distribution: 'uniform',
  chaos: ALWAYS,
});
const slow = (rate: number): StagePlan => ({ kind: 'bandwidth', up: rate, down: rate, chaos: ALWAYS });
const limited = (rate: number): StagePlan => ({ kind: 'rate_limit', up: rate, down: rate, burst: 1000 });
const sliced: SlicerPlan = {
  kind: 'slicer',
  direction: 'both',
  averageBytes: 700,
  variationBytes: 300,
  delayMs: 2,
  chaos: ALWAYS,
};
const hole: StagePlan = { kind: 'timeout', direction: 'both', afterMs: 0, end: 'reset', chaos: ALWAYS };
const lateClose: StagePlan = { kind: 'slow_close', up: 5000, down: 5000, resets: true, chaos: ALWAYS };

const put = (world: World, ...stages: readonly LiveStagePlan[]): void =>
  void world.shard.stages.setListener(LISTENER, stages);

describe('a stage put into a live connection', () => {
  test('delays what comes later, and its removal lets go at once what it holds', async () => {
    const { world, client, backend } = await reach('streaming');
    put(world, named('slow', late(400)));
    client.write(bytesOf(1000, 1));
    backend.write(bytesOf(500, 2));
    world.run(300);
    expect([backend.receivedBytes, client.receivedBytes]).toEqual([0, 0]);
    put(world);
    world.run(10);
    expect([backend.received, client.received]).toEqual([bytesOf(1000, 1), bytesOf(500, 2)]);
  });

  test('goes on with new parameters under the same name: what it has counted stays', async () => {
    const { world, client, backend } = await reach('streaming');
    const quota = (bytes: number): StagePlan => ({ kind: 'quota', bytes, end: 'reset', chaos: ALWAYS });
    put(world, named('cap', quota(5000)));
    client.write(bytesOf(900));
    world.run(20);
    put(world, named('cap', quota(1000)));
    client.write(bytesOf(300));
    world.run(50);
    expect([backend.receivedBytes, seen(backend), seen(client)]).toEqual([1000, 'reset', 'reset']);
    expect(world.closed()).toMatchObject({ reason: 'stage-reset', refusal: 'ended by the stage quota' });
  });

  test('of another kind takes the place of the one of its name', async () => {
    const { world, client, backend } = await reach('streaming');
    put(world, named('one', hole));
    client.write(bytesOf(5000, 1));
    world.run(50);
    expect(backend.receivedBytes).toBe(0);
    put(world, named('one', limited(100_000)));
    world.run(100);
    expect(backend.received).toEqual(bytesOf(5000, 1));
  });

  test('of a listener stands in those that come later, and that of a connection in it alone', async () => {
    const { world, client } = await reach('streaming');
    put(world, named('slow', late(200)));
    const other = world.connect();
    world.run(5);
    const id = world.live(0).id;
    expect(world.shard.stages.setConnection(id, 'mine', named('mine', hole)).done).toBe('added');
    client.write(bytesOf(10));
    other.write(bytesOf(10));
    world.run(100);
    expect(world.backends.map((peer) => peer.receivedBytes)).toEqual([0, 0]);
    world.run(200);
    expect(world.backends.map((peer) => peer.receivedBytes)).toEqual([0, 10]);
    expect(world.shard.view(id)?.stages.map(({ of, name }) => `${of} ${name}`)).toEqual([
      'listener slow',
      'connection mine',
    ]);
    expect(world.shard.stages.setConnection(id, 'mine', null).done).toBe('removed');
    expect(world.shard.stages.setConnection(id, 'mine', null).done).toBe('no-stage');
    world.run(10);
    expect(world.backends.map((peer) => peer.receivedBytes)).toEqual([10, 10]);
    world.kill(0);
    world.run(50);
    expect(world.shard.stages.setConnection(id, 'mine', named('mine', hole)).done).toBe('no-connection');
  });

  test('of a connection that is not relayed yet stands there when it is', async () => {
    const { world, client } = await reach('dialing');
    const { id } = world.live();
    world.shard.stages.setConnection(id, 'mine', named('mine', late(300)));
    for (const { row } of world.plan.backends) world.backendRule(row, null);
    world.run(2000);
    expect(world.state()).toBe('streaming');
    client.write(bytesOf(10));
    world.run(250);
    expect(world.backend().receivedBytes).toBe(0);
    world.run(100);
    expect(world.backend().receivedBytes).toBe(10);
  });

  test('that holds a FIN or a RST lets it go when it is taken away', async () => {
    for (const how of ['end', 'reset'] as const) {
      const { world, client, backend } = await reach('streaming', { timeouts: { lingerMs: 60_000 } });
      put(world, named('late', lateClose), named('later', late(10)));
      client.write(bytesOf(100));
      client[how]();
      world.run(1000);
      expect([backend.receivedBytes, seen(backend)]).toEqual([100, 'open']);
      put(world);
      world.run(30);
      expect(seen(backend)).toBe(how === 'end' ? 'fin' : 'reset');
    }
  });

  test('counts its schedule from when it was put', async () => {
    const { world, client, backend } = await reach('streaming');
    world.run(5000);
    const since = world.plane.timers.epoch + world.network.now();
    const chaos = { ...ALWAYS, schedule: { fromMs: 0, forMs: 0, everyMs: 0, expiresMs: 500 } };
    put(world, { ...named('brief', { ...late(300), chaos }), since });
    client.write(bytesOf(10));
    world.run(200);
    expect(backend.receivedBytes).toBe(0);
    world.run(400);
    client.write(bytesOf(10));
    world.run(20);
    expect(backend.receivedBytes).toBe(20);
  });

  test('lets the plane move bytes by itself again when it has gone, and not while it stands', async () => {
    const { moves, parts } = moving();
    const { world, client, backend } = await reach('streaming', { parts });
    client.write(bytesOf(1000));
    world.run(10);
    expect([moves.bytes, moves.handedOver]).toEqual([1000, 0]);
    put(world, named('slow', late(50)));
    client.write(bytesOf(1000));
    world.run(100);
    expect(moves.bytes).toBe(1000);
    expect(moves.handedOver).toBeGreaterThan(0);
    put(world);
    client.write(bytesOf(1000));
    world.run(10);
    expect([moves.bytes, backend.receivedBytes]).toEqual([2000, 3000]);
  });

  test('that leaves a direction alone leaves it to the plane', async () => {
    const { moves, parts } = moving();
    const { world, client, backend } = await reach('streaming', { parts });
    put(world, named('down', { ...late(50), up: null }));
    client.write(bytesOf(1000));
    backend.write(bytesOf(1000));
    world.run(100);
    expect(moves.bytes).toBe(1000);
    expect([client.receivedBytes, backend.receivedBytes]).toEqual([1000, 1000]);
  });

  test('is not made where none was put: a connection has nothing for it', async () => {
    const { world } = await reach('streaming');
    expect(world.live().tap).toBeNull();
    put(world);
    expect(world.live().tap).toBeNull();
  });

  test.each([false, true])(
    'loses, doubles and reorders nothing, whatever comes, goes and changes when; bytes moved by the plane: %s',
    async (moved) => {
      for (let seed = 1; seed <= SEEDS; seed++) await history(seed, moved);
    },
  );
});

/** Traffic both ways, while stages come, go and change at random moments; ended by FIN or by RST. */
async function history(seed: number, moved: boolean): Promise<void> {
  const dice = new Dice(seed);
  const pieces: WorldPieces = {
    seed,
    timeouts: { lingerMs: 120_000, idleMs: 0, halfClosedMs: 0, writeStallMs: 0 },
    ...(moved && { parts: moving(dice.between(2, 9)).parts }),
    ...(dice.between(0, 2) === 0 && { stages: [late(5)] }),
  };
  const { world, client, backend } = await reach('streaming', pieces);
  const { id } = world.live();
  const sides = [client, backend];
  const sent = [0, 0];
  const total = 200_000;
  const all = [bytesOf(total, 1), bytesOf(total, 2)];
  const ended = [false, false];
  let wanted: LiveStagePlan[] = [];
  const resets = dice.between(0, 3) === 0;
  for (let step = 0; step < 40; step++) {
    for (const [side, peer] of sides.entries()) {
      if (ended[side]) continue;
      const length = Math.min(total - sent[side]!, dice.between(0, 12_000));
      peer.write(all[side]!.subarray(sent[side], sent[side]! + length));
      sent[side]! += length;
      if (step > 20 && !resets && dice.between(0, 9) === 0) {
        peer.end();
        ended[side] = true;
      }
    }
    wanted = changed(wanted, dice);
    void world.shard.stages.setListener(LISTENER, wanted);
    if (dice.between(0, 3) === 0) {
      const stage = dice.between(0, 1) === 0 ? named('own', anyStage(dice)) : null;
      world.shard.stages.setConnection(id, 'own', stage);
    }
    world.run(dice.between(0, 60));
  }
  if (resets) {
    // What it had sent before comes first.
    world.run(20);
    client.reset();
  } else for (const [side, peer] of sides.entries()) if (!ended[side]) peer.end();
  world.run(dice.between(0, 50));
  put(world);
  world.shard.stages.setConnection(id, 'own', null);
  world.run(60_000);
  const why = `seed ${seed}, ${moved ? 'moved' : 'handed over'}`;
  expect(Buffer.compare(backend.received, all[0]!.subarray(0, sent[0])), `up, ${why}`).toBe(0);
  const down = client.received;
  if (resets) expect(Buffer.compare(down, all[1]!.subarray(0, down.length)), `down, ${why}`).toBe(0);
  else expect(Buffer.compare(down, all[1]!.subarray(0, sent[1])), `down, ${why}`).toBe(0);
  expect(seen(backend), why).toBe(resets ? 'reset' : 'fin');
  expect(world.defects(), why).toEqual([]);
  expect(resets ? ['client-reset'] : ['client-fin', 'backend-fin'], why).toContain(world.closed().reason);
  if (!resets) expect(world.closed(), why).toMatchObject({ undeliveredUp: 0, undeliveredDown: 0 });
  await closeWorlds();
}

const NAMES = ['a', 'b', 'c', 'd'];

function changed(stages: readonly LiveStagePlan[], dice: Dice): LiveStagePlan[] {
  const next = [...stages];
  const name = NAMES[dice.between(0, NAMES.length - 1)]!;
  const at = next.findIndex((stage) => stage.name === name);
  const what = dice.between(0, 9);
  if (what === 0) return [];
  if (what === 1) return next.reverse();
  if (at < 0) next.splice(dice.between(0, next.length), 0, named(name, anyStage(dice)));
  else if (what < 5) next.splice(at, 1);
  else next[at] = named(name, anyStage(dice));
  return next;
}

function anyStage(dice: Dice): StagePlan {
  const stages: readonly StagePlan[] = [
    late(dice.between(0, 80)),
    slow(dice.between(50_000, 500_000)),
    limited(dice.between(50_000, 500_000)),
    sliced,
    hole,
    lateClose,
    { kind: 'pass_through' },
    { ...sliced, direction: 'down' },
  ];
  return stages[dice.between(0, stages.length - 1)]!;
}
