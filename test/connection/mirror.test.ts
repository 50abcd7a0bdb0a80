import { afterEach, describe, expect, test } from 'vitest';
import { MIRROR_TIMEOUTS, mirrored, mirrorTo, SMALL } from './mirrored.ts';
import { bytesOf, closeWorlds, seen, turn } from './world.ts';

afterEach(closeWorlds);

const BYTES = 1_000_000;

describe('mirror: the copy', () => {
  test('of what the client sends is whole, ends by FIN, and what the mirror answers reaches nobody', async () => {
    const { world, client, backend, mirror, count, told } = await mirrored([mirrorTo(1)], {
      serve: (peer) => peer.write(bytesOf(1000, 9)),
    });
    client.write(bytesOf(BYTES, 1));
    client.end();
    world.run(50);
    backend.end();
    world.run(50);
    expect(Buffer.compare(mirror().received, bytesOf(BYTES, 1))).toBe(0);
    expect(Buffer.compare(backend.received, bytesOf(BYTES, 1))).toBe(0);
    expect(client.receivedBytes).toBe(1000);
    expect(seen(mirror())).toBe('fin');
    expect([count('bytes'), count('dropped'), count('waiting'), count('open')]).toEqual([BYTES, 0, 0, 1]);
    mirror().end();
    world.run(5);
    expect(count('open')).toBe(0);
    expect(told()).toEqual([]);
  });

  test('of what the backend sends goes to a mirror of that direction', async () => {
    const { world, client, backend, mirror } = await mirrored([mirrorTo(1, { direction: 'down' })]);
    client.write(bytesOf(100, 1));
    backend.write(bytesOf(BYTES, 2));
    backend.end();
    world.run(50);
    expect(Buffer.compare(mirror().received, bytesOf(BYTES, 2))).toBe(0);
    expect(seen(mirror())).toBe('fin');
  });

  test('of both directions goes to a connection each, and several mirrors get one each', async () => {
    const { world, client, backend, mirrors } = await mirrored([
      mirrorTo(1, { direction: 'both' }),
      mirrorTo(2),
    ]);
    client.write(bytesOf(5000, 1));
    backend.write(bytesOf(7000, 2));
    world.run(50);
    expect(mirrors(1).map(({ receivedBytes }) => receivedBytes)).toEqual([5000, 7000]);
    expect(mirrors(2).map(({ receivedBytes }) => receivedBytes)).toEqual([5000]);
  });

  test('counts as load of the backend it goes to, which is given back', async () => {
    const { world, client, mirror } = await mirrored([mirrorTo(1)]);
    expect(world.counts(1)).toEqual([0, 1]);
    client.reset();
    world.run(20);
    expect(seen(mirror())).toBe('reset');
    expect(world.counts(1)).toEqual([0, 0]);
  });

  test('is made of the sampled connections alone, by their trace ids', async () => {
    const { world, mirrors } = await mirrored([mirrorTo(1, { sample: 0.3 })]);
    for (let i = 1; i < 200; i++) world.connect();
    world.run(20);
    expect(mirrors().length).toBeGreaterThan(30);
    expect(mirrors().length).toBeLessThan(90);
  });

  test('begins with the PROXY header that the pool of the mirror asks for', async () => {
    const { world, client, mirror, count } = await mirrored([mirrorTo(1)], {
      connect: { proxyOut: { version: 1, tlvs: [] } },
    });
    client.write(Buffer.from('hello'));
    world.run(5);
    expect(Buffer.from(mirror().received).toString()).toMatch(/^PROXY TCP4 10\.0\.2\.1 .*\r\nhello$/);
    expect(count('bytes')).toBe(5);
  });
});

describe('mirror: its end', () => {
  test('is FIN while the backend still answers, and may take as long as the connection lives', async () => {
    const { world, client, backend, mirror, count } = await mirrored([mirrorTo(1)]);
    client.end();
    world.run(4 * MIRROR_TIMEOUTS.lingerMs);
    expect(world.state()).toBe('half-closed-client');
    expect([seen(mirror()), count('open')]).toEqual(['fin', 1]);
    backend.end();
    world.run(MIRROR_TIMEOUTS.lingerMs - 50);
    expect(count('open')).toBe(1);
    world.run(100);
    expect([seen(mirror()), count('open')]).toEqual(['reset', 0]);
  });

  test.each([
    ['the client', 'client-reset'],
    ['the backend', 'backend-reset'],
    ['an operator', 'killed'],
  ] as const)('is RST behind all bytes when %s resets', async (who, reason) => {
    const { world, client, backend, mirror, count, told } = await mirrored([mirrorTo(1)]);
    client.write(bytesOf(50_000));
    world.run(5);
    if (who === 'the client') client.reset();
    else if (who === 'the backend') backend.reset();
    else world.kill();
    world.run(20);
    expect(world.closed().reason).toBe(reason);
    expect([mirror().receivedBytes, seen(mirror())]).toEqual([50_000, 'reset']);
    expect([count('open'), count('waiting')]).toEqual([0, 0]);
    expect(told()).toEqual([]);
  });

  test('is RST when the connection is killed after the client had finished', async () => {
    const { world, client, mirror } = await mirrored([mirrorTo(1)]);
    client.end();
    world.run(5);
    world.kill();
    world.run(20);
    expect(seen(mirror())).toBe('reset');
  });

  test('keeps nobody waiting: the connection is closed and its place free while the mirror lingers', async () => {
    const { world, client, backend, mirror, count, told } = await mirrored([mirrorTo(1)], { rule: SMALL });
    mirror().stopReading();
    client.write(bytesOf(40_000));
    world.run(5);
    client.end();
    backend.end();
    world.run(20);
    expect(world.state()).toBe('closed');
    expect(world.shard.reserved).toBe(0);
    expect(count('waiting')).toBeGreaterThan(10_000);
    world.run(MIRROR_TIMEOUTS.lingerMs);
    expect([count('open'), count('waiting')]).toEqual([0, 0]);
    expect(count('bytes') + count('dropped')).toBe(40_000);
    expect(told()).toEqual([
      expect.stringMatching(/^mirror: pool pool1, backend b1: .* not taken 900ms after the end$/),
    ]);
  });

  test('is waited for by a shard that ends, until it is cut', async () => {
    const { world, client, backend, mirror, count } = await mirrored([mirrorTo(1)]);
    client.end();
    backend.end();
    world.run(20);
    let isEmpty = false;
    void world.shard.empty().then(() => {
      isEmpty = true;
    });
    await turn();
    expect([world.shard.connections, isEmpty, count('open')]).toEqual([0, false, 1]);
    world.shard.cut();
    await turn();
    expect([isEmpty, count('open')]).toEqual([true, 0]);
    world.run(5);
    expect(seen(mirror())).toBe('reset');
  });
});
