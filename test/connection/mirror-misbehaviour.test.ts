import { afterEach, describe, expect, test } from 'vitest';
import { MIRROR_ON_FULL, type MirrorPlan } from '../../src/core/mirror.ts';
import { STAGE_KINDS } from '../../src/core/plan.ts';
import { MIRROR_BUFFER, MIRROR_TIMEOUTS, type Mirrored, mirrored, mirrorTo, SMALL } from './mirrored.ts';
import { bytesOf, closeWorlds, seen } from './world.ts';

afterEach(closeWorlds);

const BYTES = 3_000_000;

/** Sends all the way to the backend and tells when the last byte of it was there, in virtual milliseconds. */
function stream({ world, client, backend }: Mirrored): number {
  const from = world.network.now();
  client.write(bytesOf(BYTES, 1));
  expect(world.network.runUntil(() => backend.receivedBytes === BYTES, from + 10_000)).toBe(true);
  expect(Buffer.compare(backend.received, bytesOf(BYTES, 1))).toBe(0);
  return world.network.now() - from;
}

async function timeWithoutMirror(): Promise<number> {
  return stream(await mirrored([mirrorTo(1, { sample: 0 })]));
}

/** Each way in which a mirror can be bad. */
const MISBEHAVIOURS: readonly (readonly [string, (m: Mirrored) => void])[] = [
  ['never reads', ({ mirror }) => mirror().stopReading()],
  ['reads 1 KiB a second', ({ mirror }) => mirror().readAtRate(1024)],
  ['resets', ({ mirror }) => mirror().reset()],
  ['closes at once', ({ mirror }) => mirror().close()],
  ['vanishes', ({ mirror }) => mirror().vanish(2000)],
  ['floods with answers', ({ mirror }) => mirror().write(bytesOf(5_000_000, 7))],
];

describe.each(MIRROR_ON_FULL)('a connection with a mirror of on_full: %s', (onFull) => {
  test.each(MISBEHAVIOURS)(
    'is as quick as without, and the mirror holds no more than its buffer, where it %s',
    async (_, misbehave) => {
      const alone = await timeWithoutMirror();
      const m = await mirrored([mirrorTo(1, { onFull })], { rule: SMALL });
      misbehave(m);
      m.world.run(1);
      expect(stream(m)).toBeLessThanOrEqual(alone * 1.02);
      expect(m.count('waiting')).toBeLessThanOrEqual(MIRROR_BUFFER);
      m.client.end();
      m.backend.end();
      m.world.run(20);
      expect(m.world.closed()).toMatchObject({
        reason: 'client-fin',
        bytesUp: BYTES,
        undeliveredUp: 0,
        pausedUpMs: 0,
      });
      m.world.run(MIRROR_TIMEOUTS.lingerMs + 100);
      expect([m.count('open'), m.count('waiting')]).toEqual([0, 0]);
      expect(m.count('bytes') + m.count('dropped')).toBe(BYTES);
    },
  );

  test.each(['refused', 'unreachable', 'black-hole'] as const)(
    'is as quick as without where the mirror is %s',
    async (connect) => {
      const alone = await timeWithoutMirror();
      const m = await mirrored([mirrorTo(1, { onFull })], { rule: { connect } });
      expect(stream(m)).toBeLessThanOrEqual(alone * 1.02);
      expect(m.count('waiting')).toBeLessThanOrEqual(MIRROR_BUFFER);
      m.world.run(MIRROR_TIMEOUTS.connectMs + 50);
      expect([m.count('open'), m.count('waiting'), m.count('dropped')]).toEqual([0, 0, BYTES]);
      expect(m.told()).toHaveLength(1);
      expect(m.world.counts(1)).toEqual([0, 0]);
      expect(m.world.state()).toBe('streaming');
    },
  );
});

describe('a full mirror', () => {
  const full = async (onFull: MirrorPlan['onFull']): Promise<Mirrored> => {
    const m = await mirrored([mirrorTo(1, { onFull })], { rule: SMALL });
    m.mirror().stopReading();
    m.client.write(bytesOf(300_000, 1));
    m.world.run(20);
    expect(m.backend.receivedBytes).toBe(300_000);
    return m;
  };

  test('is reset with drop_connection', async () => {
    const { world, mirror, told, count } = await full('drop_connection');
    mirror().startReading();
    world.run(20);
    expect(seen(mirror())).toBe('reset');
    expect(told()).toEqual([expect.stringMatching(/^mirror: pool pool1, backend b1: .* wait for it$/)]);
    expect([count('open'), count('waiting')]).toEqual([0, 0]);
    expect(failures(world)).toBe(1);
  });

  test('loses bytes with drop_bytes, and gets later ones; that is told once', async () => {
    const { world, client, mirror, told, count } = await full('drop_bytes');
    const kept = 300_000 - count('dropped');
    mirror().startReading();
    world.run(20);
    client.write(bytesOf(1000, 2));
    client.end();
    world.run(20);
    const { received } = mirror();
    expect(received.length).toBe(kept + 1000);
    expect(Buffer.compare(received.subarray(0, MIRROR_BUFFER), bytesOf(MIRROR_BUFFER, 1))).toBe(0);
    expect(Buffer.compare(received.subarray(-1000), bytesOf(1000, 2))).toBe(0);
    expect(seen(mirror())).toBe('fin');
    expect(told()).toEqual([expect.stringContaining('bytes are left out of its copy')]);
  });

  test('gets what waits and FIN with detach, and nothing later', async () => {
    const { world, client, mirror, told, count } = await full('detach');
    const kept = 300_000 - count('dropped');
    mirror().startReading();
    world.run(20);
    client.write(bytesOf(1000, 2));
    world.run(20);
    expect(Buffer.compare(mirror().received, bytesOf(300_000, 1).subarray(0, kept))).toBe(0);
    expect(seen(mirror())).toBe('fin');
    expect(count('dropped')).toBe(301_000 - kept);
    expect(told()).toEqual([expect.stringContaining('its copy ends here')]);
  });
});

describe('a mirror that is late', () => {
  test('gets everything from the first byte on where it connects before its deadline', async () => {
    const { world, client, mirror } = await mirrored([mirrorTo(1)], { rule: { latencyToServerMs: 300 } });
    client.write(bytesOf(50_000, 1));
    world.run(1000);
    expect(Buffer.compare(mirror().received, bytesOf(50_000, 1))).toBe(0);
  });

  test('gets the end too where the connection has ended meanwhile', async () => {
    const { world, client, backend, mirror } = await mirrored([mirrorTo(1)], {
      rule: { latencyToServerMs: 200 },
    });
    client.write(bytesOf(50_000, 1));
    client.end();
    backend.end();
    world.run(20);
    expect(world.state()).toBe('closed');
    world.run(600);
    expect([mirror().receivedBytes, seen(mirror())]).toEqual([50_000, 'fin']);
  });

  test('is given up where it takes none of the bytes that wait for timeouts.write_stall', async () => {
    const { world, client, mirror, told, count } = await mirrored([mirrorTo(1)], { rule: SMALL });
    mirror().stopReading();
    client.write(bytesOf(40_000));
    world.run(MIRROR_TIMEOUTS.writeStallMs - 100);
    expect(count('open')).toBe(1);
    world.run(200);
    expect(count('open')).toBe(0);
    expect(told()).toEqual([expect.stringContaining('it took none for 3s')]);
    expect(world.state()).toBe('streaming');
  });

  test('is not given up as long as it takes some', async () => {
    const { world, client, mirror, count } = await mirrored([mirrorTo(1)], { rule: SMALL });
    mirror().readAtRate(4096);
    client.write(bytesOf(60_000));
    world.run(3 * MIRROR_TIMEOUTS.writeStallMs);
    expect(count('open')).toBe(1);
    world.run(6 * MIRROR_TIMEOUTS.writeStallMs);
    expect(mirror().receivedBytes).toBe(60_000);
  });

  test('is reached at another backend of its pool where the first refuses', async () => {
    const { world, client, mirrors, told } = await mirrored([mirrorTo(0)], {
      poolForEachBackend: false,
      backends: 3,
    });
    world.backendRule(1, { connect: 'refused' });
    expect([0, 1, 2].flatMap((row) => mirrors(row))).toHaveLength(2);
    for (let i = 0; i < 2; i++) world.connect();
    world.run(20);
    client.write(bytesOf(10));
    world.run(5);
    expect(told()).toEqual([]);
    expect([0, 1, 2].flatMap((row) => mirrors(row))).toHaveLength(6);
  });
});

describe('a mirror that there is no place for', () => {
  test('is given up where descriptors are scarce, and the connection goes on', async () => {
    const { client, world, backend, mirrors, told } = await mirrored([mirrorTo(1)], { descriptors: 60 });
    client.write(bytesOf(1000));
    world.run(5);
    expect(backend.receivedBytes).toBe(1000);
    expect(mirrors()).toEqual([]);
    expect(told()).toEqual(['mirror: pool pool1: no descriptors are left for it']);
  });

  test('is given up where its pool has no backend, and the connection goes on', async () => {
    const m = await mirrored([mirrorTo(1)]);
    m.world.table.setWeight(1, 0);
    const client = m.world.connect();
    m.world.run(5);
    client.write(bytesOf(1000));
    m.world.run(5);
    expect(m.told()).toEqual(['mirror: pool pool1: no backend is available']);
    expect(m.world.state(1)).toBe('streaming');
  });
});

function failures({ cells, layout }: Mirrored['world']): number | undefined {
  return cells[layout.stageFailures(0, STAGE_KINDS.indexOf('mirror'))];
}
