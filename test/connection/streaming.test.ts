import { map } from 'rxjs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Relay } from '../../src/connection/relay.ts';
import type { Chunk } from '../../src/core/chunk.ts';
import type { Side } from '../../src/core/direction.ts';
import type { StagePlan } from '../../src/core/plan.ts';
import { STAGES } from '../../src/stream/index.ts';
import { SEEDED } from './breaking.ts';
import { reach, STUCK_BYTES } from './reach.ts';
import { bytesOf, closeWorlds, seen, World } from './world.ts';

afterEach(closeWorlds);
afterEach(() => vi.restoreAllMocks());

const SIDES: readonly Side[] = ['client', 'backend'];
const SMALL_BUFFERS = { sendBufferBytes: 4096, receiveBufferBytes: 4096 };

const other = (side: Side): Side => (side === 'client' ? 'backend' : 'client');

describe('streaming: enter and leave', () => {
  test('bytes flow in both directions at once, whole and in order', async () => {
    const { world, client, backend } = await reach('streaming');
    client.write(bytesOf(1_000_000, 1));
    backend.write(bytesOf(2_000_000, 2));
    world.run(50);
    expect(Buffer.compare(backend.received, bytesOf(1_000_000, 1))).toBe(0);
    expect(Buffer.compare(client.received, bytesOf(2_000_000, 2))).toBe(0);
    const { layout, cells } = world;
    expect([cells[layout.bytes(0, 0)], cells[layout.bytes(0, 1)]]).toEqual([1_000_000, 2_000_000]);
    expect([cells[layout.backendBytes(0, 0)], cells[layout.backendBytes(0, 1)]]).toEqual([
      1_000_000, 2_000_000,
    ]);
    expect(world.state()).toBe('streaming');
  });

  test('the client is not read while the backend is dialed, but for what is peeked at; nothing of it is lost', async () => {
    const { world, client } = await reach('dialing');
    client.write(bytesOf(2_000_000));
    world.run(100);
    expect(client.queued).toBeGreaterThan(1_500_000);
    world.backendRule(1, null);
    world.run(500);
    expect(Buffer.compare(world.backend().received, bytesOf(2_000_000))).toBe(0);
  });

  test.each(SIDES)('FIN of the %s is passed on behind the bytes before it', async (side) => {
    const reached = await reach('streaming');
    reached[side].write(bytesOf(500_000));
    reached[side].end();
    reached.world.run(50);
    const far = reached[other(side)];
    expect([far.receivedBytes, seen(far)]).toEqual([500_000, 'fin']);
    expect(reached.world.state()).toBe(`half-closed-${side}`);
  });
});

describe('streaming: idle', () => {
  test('no byte in either direction for timeouts.idle ends it; both sides are reset', async () => {
    const { world, client, backend } = await reach('streaming');
    world.run(59_000);
    expect(world.state()).toBe('streaming');
    world.run(1100);
    expect([seen(client), seen(backend)]).toEqual(['reset', 'reset']);
    expect(world.closed()).toMatchObject({ reason: 'idle-timeout', during: 'streaming' });
  });

  test.each(SIDES)('a byte of the %s now and then keeps it open', async (side) => {
    const reached = await reach('streaming');
    for (let i = 0; i < 5; i++) {
      reached.world.run(50_000);
      reached[side].write(bytesOf(1));
    }
    reached.world.run(59_000);
    expect(reached.world.state()).toBe('streaming');
    reached.world.run(1100);
    expect(reached.world.closed().reason).toBe('idle-timeout');
  });

  test('a byte that is read keeps it open, though the other side takes none', async () => {
    const { world, client, backend } = await reach('streaming', {
      timeouts: { idleMs: 5000 },
      link: SMALL_BUFFERS,
    });
    backend.stopReading();
    client.write(bytesOf(20_000));
    for (let second = 0; second < 15; second++) {
      world.run(1000);
      client.write(bytesOf(1));
    }
    expect(world.state()).toBe('streaming');
  });

  test('0 = never', async () => {
    const { world } = await reach('streaming', { timeouts: { idleMs: 0 } });
    world.run(86_400_000);
    expect(world.state()).toBe('streaming');
  });
});

describe('streaming: write_stall', () => {
  test.each(SIDES)('a %s that takes nothing is found out, though it sends all the while', async (side) => {
    const reached = await reach('streaming');
    const { world } = reached;
    reached[side].stopReading();
    reached[other(side)].write(bytesOf(1_000_000));
    for (let second = 0; second < 19; second++) {
      world.run(1000);
      reached[side].write(bytesOf(100));
    }
    expect(world.state()).toBe('streaming');
    world.run(1500);
    expect(world.state()).not.toBe('streaming');
    world.run(1100);
    expect(world.closed()).toMatchObject({ reason: 'write-stall-timeout', during: 'streaming' });
    expect(reached[other(side)].receivedBytes).toBe(1900);
  });

  test.each(SIDES)(
    'a %s that takes nothing is found out, though the other one takes bytes slowly',
    async (side) => {
      const reached = await reach('streaming');
      reached[side].stopReading();
      reached[other(side)].readAtRate(10_000);
      reached[other(side)].write(bytesOf(1_000_000));
      reached[side].write(bytesOf(1_000_000));
      reached.world.run(25_000);
      expect(reached.world.closed()).toMatchObject({ reason: 'write-stall-timeout' });
    },
  );

  test('is measured from the last byte taken, not from the last byte written', async () => {
    const { world, client, backend } = await reach('streaming', { link: SMALL_BUFFERS });
    client.stopReading();
    for (let second = 0; second < 40; second++) {
      backend.write(bytesOf(1000));
      world.run(1000);
    }
    expect(world.closed()).toMatchObject({ reason: 'write-stall-timeout' });
  });

  test.each(SIDES)('a %s that takes a little now and then is none', async (side) => {
    const reached = await reach('streaming');
    reached[side].readAtRate(10_000);
    reached[other(side)].write(bytesOf(1_000_000));
    reached.world.run(110_000);
    expect(reached.world.state()).toBe('streaming');
    expect(reached[side].receivedBytes).toBe(1_000_000);
  });
});

describe('streaming: RST of a peer', () => {
  test.each(SIDES)('of the %s: passed on as RST, behind the bytes that came before it', async (side) => {
    const reached = await reach('streaming');
    const { world } = reached;
    const far = reached[other(side)];
    far.stopReading();
    reached[side].write(bytesOf(STUCK_BYTES));
    world.run(20);
    reached[side].reset();
    world.run(400);
    expect([world.state(), far.receivedBytes]).toEqual(['draining', 0]);
    far.startReading();
    world.run(20);
    expect([far.receivedBytes, seen(far), far.finAt]).toEqual([STUCK_BYTES, 'reset', null]);
    expect(world.closed()).toMatchObject({
      reason: `${side}-reset`,
      error: 'ECONNRESET',
      during: 'streaming',
      undeliveredUp: 0,
      undeliveredDown: 0,
    });
  });

  test.each(SIDES)('of the %s while a rate limit holds its bytes: they come first', async (side) => {
    const stages: StagePlan[] = [{ kind: 'rate_limit', up: 50_000, down: 50_000, burst: 10_000 }];
    const reached = await reach('streaming', { stages });
    const { world } = reached;
    const far = reached[other(side)];
    reached[side].write(bytesOf(120_000));
    world.run(20);
    reached[side].reset();
    world.run(1500);
    expect(world.state(), 'progress renews linger').toBe('draining');
    expect(far.receivedBytes).toBeLessThan(100_000);
    world.run(1500);
    expect([far.receivedBytes, seen(far), far.finAt]).toEqual([120_000, 'reset', null]);
    expect(world.closed()).toMatchObject({ reason: `${side}-reset`, undeliveredUp: 0, undeliveredDown: 0 });
  });

  test('while a rate limit holds bytes and the FIN behind them: the FIN becomes a RST', async () => {
    const stages: StagePlan[] = [{ kind: 'rate_limit', up: 50_000, down: 50_000, burst: 10_000 }];
    const { world, client, backend } = await reach('streaming', { stages });
    client.write(bytesOf(100_000));
    client.end();
    world.run(20);
    client.reset();
    world.run(3000);
    expect([backend.receivedBytes, seen(backend), backend.finAt]).toEqual([100_000, 'reset', null]);
    expect(world.closed()).toMatchObject({ reason: 'client-reset', during: 'streaming', undeliveredUp: 0 });
  });

  test.each(SIDES)('a %s that the network loses counts as reset, told apart by its error', async (side) => {
    const reached = await reach('streaming');
    reached[side].vanish(500);
    reached.world.run(600);
    expect(seen(reached[other(side)])).toBe('reset');
    expect(reached.world.closed()).toMatchObject({ reason: `${side}-reset`, error: 'ETIMEDOUT' });
  });
});

describe('streaming: kill and drain', () => {
  test.each([
    ['a kill', 'killed', (world: World) => world.kill()],
    ['the end of a service drain', 'drain-timeout', (world: World) => world.shard.cut()],
  ] as const)('%s delivers what was read, then resets both sides', async (_name, reason, end) => {
    const { world, client, backend } = await reach('streaming');
    client.stopReading();
    backend.stopReading();
    client.write(bytesOf(STUCK_BYTES, 1));
    backend.write(bytesOf(STUCK_BYTES, 2));
    world.run(20);
    end(world);
    world.run(500);
    client.startReading();
    backend.startReading();
    world.run(20);
    for (const peer of [client, backend]) {
      expect([peer.receivedBytes, seen(peer), peer.finAt]).toEqual([STUCK_BYTES, 'reset', null]);
    }
    expect(world.closed()).toMatchObject({
      reason,
      during: 'streaming',
      undeliveredUp: 0,
      undeliveredDown: 0,
    });
  });

  test('a service that stops accepting leaves it alone', async () => {
    const { world, client, backend } = await reach('streaming');
    await world.shard.stopAccepting();
    client.write(bytesOf(10));
    world.run(5000);
    expect([world.state(), backend.receivedBytes]).toEqual(['streaming', 10]);
  });
});

describe('streaming: a defect', () => {
  test('a stage that throws ends its connection by RST, never by FIN, and no other', async () => {
    const throwing = map((_chunk: Chunk): Chunk => {
      throw new Error(SEEDED);
    });
    const world = await World.open({ stages: [{ kind: 'pass_through' }] });
    const well = world.connect();
    world.run(5);
    vi.spyOn(STAGES, 'pass_through').mockImplementation(() => throwing);
    const ill = world.connect();
    world.run(5);
    ill.write(bytesOf(10));
    well.write(bytesOf(10));
    world.run(5);
    expect([seen(well), seen(ill), seen(world.backend(0)), seen(world.backend(1))]).toEqual([
      'open',
      'reset',
      'open',
      'reset',
    ]);
    expect(world.closed(1)).toMatchObject({
      reason: 'internal-error',
      during: 'streaming',
      undeliveredUp: 10,
    });
    expect(world.defects()).toEqual([expect.stringContaining(SEEDED)]);
  });

  test('what throws when bytes are accepted ends its connection', async () => {
    const { world, client, backend } = await reach('streaming');
    const { window } = (world.live().relay as Relay).up;
    vi.spyOn(window, 'give').mockImplementationOnce(() => {
      throw new Error(SEEDED);
    });
    client.write(bytesOf(10));
    world.run(5);
    expect([seen(client), seen(backend)]).toEqual(['reset', 'reset']);
    expect(world.closed()).toMatchObject({ reason: 'internal-error', during: 'streaming' });
  });
});
