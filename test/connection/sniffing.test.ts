import { afterEach, describe, expect, test, vi } from 'vitest';
import { helloMessage, records, serverName } from '../sniff/client-hellos.ts';
import { routeTo } from './plan.ts';
import { reach } from './reach.ts';
import { bytesOf, closeWorlds, seen, World } from './world.ts';

afterEach(closeWorlds);

const HELLO = records(helloMessage({ extensions: [serverName('a.example.com')] }));

/** ssh is refused, the name has backend 0, everybody else backend 1. */
const BY_BYTES = {
  poolForEachBackend: true,
  routes: [
    routeTo('reset', { protocol: ['ssh'] }, 'edge/ssh'),
    routeTo(0, { sni: ['a.example.com'] }, 'edge/a'),
    routeTo(1, null, 'edge/rest'),
  ],
};

describe('sniffing: enter and leave', () => {
  test('takes no time and waits for no byte where the routes need none', async () => {
    const world = await World.open();
    world.connect();
    world.run(1);
    expect([world.state(), world.backends.length]).toEqual(['streaming', 1]);
    world.kill();
    world.run(5);
    const [, sniffing] = world.closed().visits;
    expect(sniffing).toMatchObject({ state: 'sniffing', to: sniffing?.from });
    expect(world.closed().protocol).toBeNull();
  });

  test('dials nobody before the bytes are known, and consumes none of them', async () => {
    const world = await World.open(BY_BYTES);
    const client = world.connect();
    client.write(HELLO.subarray(0, 50));
    world.run(20);
    expect([world.state(), world.backends.length]).toEqual(['sniffing', 0]);
    client.write(HELLO.subarray(50));
    client.write(bytesOf(1000));
    world.run(20);
    expect(world.backend().local).toMatchObject({ port: 9000 });
    expect(Buffer.from(world.backend().received)).toEqual(Buffer.concat([HELLO, bytesOf(1000)]));
  });

  test('one byte at a time leads to the same route', async () => {
    const world = await World.open(BY_BYTES);
    const client = world.connect();
    for (const [at] of HELLO.entries()) {
      client.write(HELLO.subarray(at, at + 1));
      world.run(1);
    }
    client.end();
    world.run(5);
    expect(world.backend().received).toEqual(HELLO);
    world.backend().end();
    world.run(5);
    expect(world.closed()).toMatchObject({
      protocol: 'tls',
      sni: 'a.example.com',
      route: 'edge/a',
      bytesUp: HELLO.length,
    });
  });

  test('as many bytes as sniff.bytes without a verdict are routed as unknown', async () => {
    const world = await World.open({ ...BY_BYTES, sniff: { bytesMax: 24 } });
    const client = world.connect();
    client.write(HELLO.subarray(0, 23));
    world.run(20);
    expect(world.state()).toBe('sniffing');
    client.write(HELLO.subarray(23, 24));
    world.run(20);
    expect(world.backend().receivedBytes).toBe(24);
    world.kill();
    world.run(5);
    expect(world.closed()).toMatchObject({ protocol: 'unknown', route: 'edge/rest' });
  });
});

describe('sniffing: time out', () => {
  test.each([
    ['a silent client', new Uint8Array()],
    ['a client that stops in the middle of what it began', HELLO.subarray(0, 40)],
  ])('%s is routed as unknown when sniff.timeout has passed', async (_name, sent) => {
    const world = await World.open(BY_BYTES);
    const client = world.connect();
    client.write(sent);
    world.run(290);
    expect(world.state()).toBe('sniffing');
    world.run(30);
    expect(world.state()).toBe('streaming');
    expect(Buffer.from(world.backend().received)).toEqual(Buffer.from(sent));
    world.kill();
    world.run(5);
    expect(world.closed()).toMatchObject({ protocol: 'unknown', route: 'edge/rest' });
  });

  test('the deadline does not outlive the state', async () => {
    const world = await World.open({ ...BY_BYTES, timeouts: { idleMs: 0 } });
    world.connect().write(HELLO);
    world.run(20);
    const told = vi.spyOn(world.live(0), 'send');
    world.run(400);
    expect([world.state(), told.mock.calls, world.network.timers]).toEqual(['streaming', [], 0]);
  });
});

describe('sniffing: FIN and RST of the client', () => {
  test('FIN with a part of the bytes: routed as unknown, and the FIN is passed on behind them', async () => {
    const world = await World.open(BY_BYTES);
    const client = world.connect();
    client.write(HELLO.subarray(0, 50));
    client.end();
    world.run(20);
    expect(world.state()).toBe('half-closed-client');
    expect([world.backend().received, seen(world.backend())]).toEqual([HELLO.subarray(0, 50), 'fin']);
    world.backend().end();
    world.run(5);
    expect(world.closed()).toMatchObject({ protocol: 'unknown', reason: 'client-fin', undeliveredUp: 0 });
  });

  test('FIN without a byte: routed as unknown at once', async () => {
    const world = await World.open(BY_BYTES);
    world.connect().end();
    world.run(5);
    expect([world.state(), seen(world.backend())]).toEqual(['half-closed-client', 'fin']);
  });

  test('FIN right behind bytes that tell the protocol is routed by them', async () => {
    const world = await World.open(BY_BYTES);
    const client = world.connect();
    client.write(HELLO);
    client.end();
    world.run(5);
    expect(world.backend().local).toMatchObject({ port: 9000 });
  });

  test('RST ends it; nobody was dialed', async () => {
    const { world, client } = await reach('sniffing');
    client.reset();
    world.run(5);
    expect(world.closed()).toMatchObject({
      reason: 'client-reset',
      during: 'sniffing',
      attempts: [],
      pool: -1,
    });
    expect(world.path()).toEqual(['accepting', 'sniffing']);
  });
});

describe('sniffing: kill, drain, defect', () => {
  test.each([
    ['a kill', 'killed', (world: World) => world.kill()],
    ['the end of a service drain', 'drain-timeout', (world: World) => world.shard.cut()],
    ['a defect', 'internal-error', (world: World) => world.live().defect(new Error('seeded'))],
  ] as const)('%s resets the client', async (_name, reason, end) => {
    const { world, client } = await reach('sniffing');
    end(world);
    world.run(5);
    expect(seen(client)).toBe('reset');
    expect(world.closed()).toMatchObject({ reason, during: 'sniffing' });
  });
});
