import { afterEach, describe, expect, test, vi } from 'vitest';
import type { StagePlan } from '../../src/core/plan.ts';
import type { Endpoint } from '../../src/core/ports.ts';
import { type Reached, reach, STUCK_BYTES } from './reach.ts';
import { bytesOf, closeWorlds, seen, type World } from './world.ts';

afterEach(closeWorlds);

/** Reads all of STUCK_BYTES in six seconds, six times linger, a little at a time. */
const SLOW = 50_000;

describe('draining: enter and leave, after both FINs', () => {
  test('what was read is delivered, then both sides have their FIN, and no RST that could destroy it', async () => {
    const { world, client, backend } = await reach('half-closed-client');
    const resets = [world.live().client, world.live().backend].map((end) =>
      vi.spyOn(end as Endpoint, 'reset'),
    );
    client.stopReading();
    backend.write(bytesOf(STUCK_BYTES));
    backend.end();
    world.run(5);
    expect(world.state()).toBe('draining');
    expect(seen(backend)).toBe('fin');
    client.startReading();
    world.run(20);
    expect([client.receivedBytes, seen(client)]).toEqual([STUCK_BYTES, 'fin']);
    expect(world.closed()).toMatchObject({ reason: 'client-fin', undeliveredUp: 0, undeliveredDown: 0 });
    for (const reset of resets) expect(reset).not.toHaveBeenCalled();
  });

  test('a slow peer has all the time it needs as long as it goes on taking bytes', async () => {
    const { world, client } = await reach('draining');
    client.readAtRate(SLOW);
    world.run(1200);
    expect(world.state()).toBe('draining');
    world.run(7000);
    expect([client.receivedBytes, seen(client), world.closed().reason]).toEqual([
      STUCK_BYTES,
      'fin',
      'client-fin',
    ]);
  });
});

describe('draining: time out', () => {
  test('a peer that takes nothing for timeouts.linger turns a clean end into linger-timeout', async () => {
    const { world, client } = await reach('draining');
    world.run(950);
    expect(world.state()).toBe('draining');
    world.run(100);
    expect(world.closed()).toMatchObject({ reason: 'linger-timeout', during: 'draining' });
    expect(world.closed().undeliveredDown).toBeGreaterThan(0);
    client.startReading();
    world.run(20);
    expect([seen(client), client.finAt]).toEqual(['reset', null]);
  });

  test.each([
    ['idle', 'idle-timeout'],
    ['a kill', 'killed'],
    ['the end of a service drain', 'drain-timeout'],
  ] as const)(
    'after %s linger is absolute: a peer that goes on taking bytes does not renew it',
    async (_name, reason) => {
      const it = await stuck();
      it.backend.readAtRate(SLOW);
      if (reason === 'killed') it.world.kill();
      else if (reason === 'drain-timeout') it.world.shard.cut();
      else it.world.live().send({ type: 'deadline.idle' });
      it.world.run(950);
      expect(it.world.state()).toBe('draining');
      it.world.run(100);
      expect(it.world.closed().reason).toBe(reason);
      it.world.run(8000);
      expect(it.backend.receivedBytes).toBeLessThan(STUCK_BYTES);
      expect(seen(it.backend)).toBe('reset');
    },
  );

  test('after a RST of the peer linger is renewed by every byte that the other side takes', async () => {
    const it = await stuck();
    it.backend.readAtRate(SLOW);
    it.client.reset();
    it.world.run(3500);
    expect(it.world.state()).toBe('draining');
    it.world.run(5000);
    expect([it.backend.receivedBytes, seen(it.backend)]).toEqual([STUCK_BYTES, 'reset']);
    expect(it.world.closed()).toMatchObject({
      reason: 'client-reset',
      during: 'streaming',
      undeliveredUp: 0,
    });
  });

  test('after a RST of the peer linger ends when the other side takes nothing', async () => {
    const it = await stuck();
    it.client.reset();
    it.world.run(1100);
    expect(it.world.closed()).toMatchObject({ reason: 'client-reset', during: 'streaming' });
    expect(it.world.closed().undeliveredUp).toBeGreaterThan(0);
  });

  test('idle and write_stall do not run in it', async () => {
    const { world } = await reach('draining', {
      timeouts: { idleMs: 200, writeStallMs: 200, lingerMs: 3000 },
    });
    expect(world.network.timers, 'linger alone').toBe(1);
    world.run(2900);
    expect(world.state()).toBe('draining');
    world.run(200);
    expect(world.closed().reason).toBe('linger-timeout');
  });

  test('what a stage hands over late does not bring write_stall back', async () => {
    const { world, client, backend } = await reach('streaming', {
      stages: [{ kind: 'rate_limit', up: 10_000, down: 0, burst: 10_000 }],
      timeouts: { writeStallMs: 300, lingerMs: 3000 },
      link: { sendBufferBytes: 4096, receiveBufferBytes: 4096 },
    });
    backend.stopReading();
    client.write(bytesOf(8000));
    world.run(20);
    client.write(bytesOf(60_000));
    world.run(100);
    world.kill();
    world.run(2800);
    expect(world.state()).toBe('draining');
    world.run(300);
    expect(world.closed()).toMatchObject({ reason: 'killed', during: 'streaming' });
  });
});

describe('draining: nothing more is read', () => {
  test('a backend that goes on sending after the client has reset is not read, and is stopped by its window', async () => {
    const stages: StagePlan[] = [{ kind: 'rate_limit', up: 50_000, down: 0, burst: 10_000 }];
    const { world, client, backend } = await reach('streaming', { stages });
    client.write(bytesOf(120_000));
    world.run(20);
    client.reset();
    world.run(5);
    backend.write(bytesOf(5_000_000));
    world.run(5000);
    expect(backend.receivedBytes).toBe(120_000);
    expect(world.closed().undeliveredDown).toBeLessThanOrEqual(64 * 1024);
  });
});

describe('draining: peer reset', () => {
  test('RST of the side that is not waited for is passed on behind what was read of it', async () => {
    const it = await stuck();
    it.client.stopReading();
    it.backend.write(bytesOf(STUCK_BYTES, 2));
    it.client.end();
    it.backend.end();
    it.world.run(20);
    expect(it.world.state()).toBe('draining');
    it.client.reset();
    it.world.run(500);
    it.backend.startReading();
    it.world.run(20);
    expect(Buffer.compare(it.backend.received, bytesOf(STUCK_BYTES))).toBe(0);
    expect(it.world.closed()).toMatchObject({ reason: 'client-reset', during: 'draining', undeliveredUp: 0 });
    expect(it.world.closed().undeliveredDown).toBeGreaterThan(0);
  });

  test('RST of the side that is waited for ends it, and is told as what it is', async () => {
    const { world, client } = await reach('draining');
    client.reset();
    world.run(20);
    expect(world.closed()).toMatchObject({ reason: 'client-reset', during: 'draining' });
    expect(world.closed().undeliveredDown).toBeGreaterThan(0);
  });

  test('RST of a peer does not replace the reason of a cut', async () => {
    const it = await stuck();
    it.world.kill();
    it.world.run(5);
    it.backend.reset();
    it.world.run(20);
    expect(it.world.closed().reason).toBe('killed');
  });
});

describe('draining: kill, drain, defect', () => {
  test.each([
    ['a kill', 'killed', (world: World) => world.kill()],
    ['the end of a service drain', 'drain-timeout', (world: World) => world.shard.cut()],
    ['a defect', 'internal-error', (world: World) => world.live().defect(new Error('seeded'))],
  ] as const)('%s ends a clean end at once', async (_name, reason, end) => {
    const { world, client } = await reach('draining');
    end(world);
    world.run(1);
    expect(world.closed()).toMatchObject({ reason, during: 'draining' });
    client.startReading();
    world.run(5);
    expect(seen(client)).toBe('reset');
  });

  test('a second kill does not wait for linger', async () => {
    const it = await stuck();
    it.world.kill();
    it.world.run(100);
    expect(it.world.state()).toBe('draining');
    it.world.kill();
    it.world.run(1);
    expect(it.world.closed()).toMatchObject({ reason: 'killed', during: 'streaming' });
  });
});

/** Streaming, with bytes of the client that its backend does not take. */
async function stuck(): Promise<Reached> {
  const reached = await reach('streaming');
  reached.backend.stopReading();
  reached.client.write(bytesOf(STUCK_BYTES));
  reached.world.run(20);
  return reached;
}
