import { afterEach, describe, expect, test } from 'vitest';
import { Flow } from '../../src/connection/flow.ts';
import type { Chunk } from '../../src/core/chunk.ts';
import type { Side } from '../../src/core/direction.ts';
import type { Endpoint } from '../../src/core/ports.ts';
import { WINDOW_BYTES } from '../../src/core/window.ts';
import { moving } from './moving.ts';
import { routeTo } from './plan.ts';
import { reach } from './reach.ts';
import { bytesOf, closeWorlds, seen, World } from './world.ts';

afterEach(closeWorlds);

const SIDES: readonly Side[] = ['client', 'backend'];
const READ_BYTES = 64 * 1024;

const other = (side: Side): Side => (side === 'client' ? 'backend' : 'client');

describe('bytes that the plane moves by itself', () => {
  test.each([Number.POSITIVE_INFINITY, 3])(
    'arrive whole and in order both ways, and count as the others do; every %dth chunk is handed over',
    async (skip) => {
      const { moves, parts } = moving(skip);
      const { world, client, backend } = await reach('streaming', { parts });
      client.write(bytesOf(1_000_000, 1));
      backend.write(bytesOf(700_000, 2));
      world.run(1000);
      client.end();
      backend.end();
      world.run(1000);
      expect(Buffer.compare(backend.received, bytesOf(1_000_000, 1))).toBe(0);
      expect(Buffer.compare(client.received, bytesOf(700_000, 2))).toBe(0);
      expect([seen(client), seen(backend)]).toEqual(['fin', 'fin']);
      expect(world.closed()).toMatchObject({
        reason: 'client-fin',
        bytesUp: 1_000_000,
        bytesDown: 700_000,
        undeliveredUp: 0,
        undeliveredDown: 0,
      });
      const { layout, cells } = world;
      expect([0, 1].map((direction) => cells[layout.bytes(0, direction)])).toEqual([1_000_000, 700_000]);
      expect([0, 1].map((direction) => cells[layout.backendBytes(0, direction)])).toEqual([
        1_000_000, 700_000,
      ]);
      expect(moves.bytes).toBeGreaterThan(1_000_000);
      if (skip === 3) expect(moves.handedOver).toBeGreaterThan(0);
      else expect(moves.bytes).toBe(1_700_000);
    },
  );

  test.each(SIDES)('take credit: a %s that does not read stops the other side', async (side) => {
    const { moves, parts } = moving();
    const reached = await reach('streaming', { parts, plane: { readBytes: READ_BYTES } });
    const { world } = reached;
    reached[side].stopReading();
    reached[other(side)].write(bytesOf(3_000_000));
    world.run(10_000);
    const { relay } = world.live();
    const outstanding = (side === 'backend' ? relay?.up : relay?.down)?.window.outstanding;
    expect(outstanding).toBeGreaterThanOrEqual(WINDOW_BYTES / 2);
    expect(outstanding).toBeLessThanOrEqual(WINDOW_BYTES + 2 * READ_BYTES);
    expect(reached[other(side)].queued).toBeGreaterThan(2_000_000);
    expect(moves.handedOver).toBe(0);
    reached[side].startReading();
    world.run(30_000);
    expect(Buffer.compare(reached[side].received, bytesOf(3_000_000))).toBe(0);
  });

  test('held in front of a FIN that came early are passed on before it', async () => {
    const { moves, parts } = moving();
    const routes = [routeTo('reset', { protocol: ['ssh'] }), routeTo(0)];
    const world = await World.open({ parts, routes });
    const client = world.connect();
    client.write(bytesOf(3000));
    client.end();
    world.run(100);
    expect(world.backend().received).toEqual(bytesOf(3000));
    expect(seen(world.backend())).toBe('fin');
    expect(moves.bytes).toBe(3000);
    world.backend().end();
    world.run(50);
    expect(world.closed()).toMatchObject({ reason: 'client-fin', bytesUp: 3000 });
  });

  test('are the first byte of the backend where they come first', async () => {
    const { parts } = moving();
    const { world, backend } = await reach('streaming', { parts });
    world.run(250);
    backend.write(bytesOf(10));
    world.run(10);
    world.kill();
    world.run(20);
    expect(world.closed().firstByteMs).toBeGreaterThanOrEqual(250);
    expect(world.closed().firstByteMs).toBeLessThan(262);
  });

  test('are a first byte after no time where they were read in the turn of the join, which began before it', async () => {
    const { world } = await reach('streaming');
    const { relay } = world.live();
    relay?.came('backend', 0);
    expect(relay?.firstByteMs).toBe(0);
  });

  test('renew the idle deadline', async () => {
    const { parts } = moving();
    const { world, client } = await reach('streaming', { parts, timeouts: { idleMs: 1000 } });
    for (let i = 0; i < 5; i++) {
      world.run(700);
      client.write(bytesOf(10));
    }
    expect(world.state()).toBe('streaming');
    world.run(1100);
    expect(world.closed().reason).toBe('idle-timeout');
  });

  test.each(SIDES)(
    'stall where a %s takes none of them, counted from when they began to wait',
    async (side) => {
      const { parts } = moving();
      const timeouts = { writeStallMs: 1000, idleMs: 0 };
      const link = { sendBufferBytes: 4096, receiveBufferBytes: 4096 };
      const reached = await reach('streaming', { parts, timeouts, link });
      const { world } = reached;
      reached[other(side)].write(bytesOf(10));
      world.run(5000);
      reached[side].stopReading();
      reached[other(side)].write(bytesOf(30_000));
      world.run(900);
      expect(world.state()).toBe('streaming');
      world.run(1300);
      expect(world.closed().reason).toBe('write-stall-timeout');
    },
  );

  test('and were not taken when it ends are undelivered', async () => {
    const { parts } = moving();
    const { world, client, backend } = await reach('streaming', { parts });
    backend.stopReading();
    client.write(bytesOf(320 * 1024));
    world.run(50);
    world.kill();
    world.run(1100);
    const { bytesUp, undeliveredUp } = world.closed();
    expect(bytesUp + undeliveredUp).toBe(320 * 1024);
    expect(undeliveredUp).toBeGreaterThan(0);
  });
});

describe('one direction alone', () => {
  /** Its flow, between endpoints that do nothing; `far.pending` and `clock.now` are the test's to set. */
  function alone() {
    const clock = { now: 0 };
    const far = {
      pending: 0,
      write: ({ bytes }: Chunk) => {
        far.pending += bytes.length;
      },
    };
    const near = { resume: () => {}, pause: () => {}, passTo: () => {}, passToNobody: () => {} };
    const owner = {
      passedFin: () => {},
      waits: () => {},
      stageEnded: () => {},
      defect: () => {},
      now: () => clock.now,
    };
    const flow = new Flow('up', near as unknown as Endpoint, far as unknown as Endpoint, [], owner);
    flow.start(0, false);
    return { flow, far, clock };
  }

  test.each(['moved', 'handed over'])(
    'bytes that are %s wait from when there were none before them',
    (how) => {
      const { flow, far, clock } = alone();
      const come = (now: number, bytes: number): void => {
        clock.now = now;
        if (how === 'handed over') flow.data({ bytes: bytesOf(bytes), at: now, borrowed: false });
        else {
          far.pending += bytes;
          flow.moved(bytes);
        }
      };
      const taken = (now: number, bytes: number): void => {
        clock.now = now;
        far.pending -= bytes;
        flow.accepted(bytes, now);
      };
      expect(flow.stalledSince).toBe(null);
      come(5, 100);
      expect(flow.stalledSince).toBe(5);
      come(9, 50);
      expect(flow.stalledSince).toBe(5);
      taken(12, 120);
      expect(flow.stalledSince).toBe(12);
      taken(13, 30);
      expect(flow.stalledSince).toBe(null);
      come(20, 10);
      expect(flow.stalledSince).toBe(20);
    },
  );

  test('bytes moved after it was given up are undelivered until the far socket has taken them', () => {
    const { flow, far } = alone();
    flow.abort();
    far.pending = 10;
    flow.moved(10);
    expect(flow.undelivered).toBe(10);
    flow.accepted(10, 1);
    expect(flow.undelivered).toBe(0);
  });
});

describe('leave to move bytes', () => {
  test('is given in both directions where no stage stands between, before anything is read', async () => {
    const { moves, parts } = moving();
    await reach('streaming', { parts });
    expect(moves.calls).toEqual(['client.passTo', 'backend.passTo']);
  });

  test('is not given where a stage has to see them', async () => {
    const { moves, parts } = moving();
    const stages = [{ kind: 'rate_limit', up: 1_000_000, down: 1_000_000, burst: 1_000_000 }] as const;
    const { world, client, backend } = await reach('streaming', { parts, stages });
    client.write(bytesOf(5000));
    world.run(20);
    expect(backend.received).toEqual(bytesOf(5000));
    expect(moves).toEqual({ bytes: 0, handedOver: expect.any(Number), calls: [] });
  });

  test.each([
    ['a RST of the client', 'client-reset'],
    ['a RST of the backend', 'backend-reset'],
    ['a kill', 'killed'],
  ] as const)('is taken back in both directions by %s', async (_name, reason) => {
    const { moves, parts } = moving();
    const { world, client, backend } = await reach('streaming', { parts });
    if (reason === 'client-reset') client.reset();
    if (reason === 'backend-reset') backend.reset();
    if (reason === 'killed') world.kill();
    world.run(1);
    expect(moves.calls.slice(2).sort()).toEqual(['backend.passToNobody', 'client.passToNobody']);
    world.run(1100);
    expect(world.closed().reason).toBe(reason);
  });
});
