import { afterEach, describe, expect, test } from 'vitest';
import { breakUpstreams, SEEDED } from './breaking.ts';
import {
  MIRROR_TIMEOUTS,
  type Mirrored,
  type MirroredPieces,
  mirrored,
  mirrorTo,
  SMALL,
} from './mirrored.ts';
import { bytesOf, closeWorlds } from './world.ts';

afterEach(closeWorlds);

/** How far a mirror has come when something happens to its connection, and how it is brought there. */
const STEPS: readonly (readonly [string, MirroredPieces, (m: Mirrored) => void])[] = [
  ['is being dialed', { rule: { connect: 'black-hole' } }, () => {}],
  [
    'is being dialed with bytes held',
    { rule: { connect: 'black-hole' } },
    ({ client }) => client.write(bytesOf(30_000)),
  ],
  ['is late', { rule: { latencyToServerMs: 20 } }, ({ client }) => client.write(bytesOf(30_000))],
  [
    'is being told the PROXY header',
    { rule: { latencyToClientMs: 10, sendBufferBytes: 8 }, connect: { proxyOut: { version: 1, tlvs: [] } } },
    ({ client }) => client.write(bytesOf(100)),
  ],
  ['has got all', {}, ({ client }) => client.write(bytesOf(30_000))],
  [
    'does not read',
    { rule: SMALL },
    ({ client, mirror }) => {
      mirror().stopReading();
      client.write(bytesOf(50_000));
    },
  ],
  ['has finished', {}, ({ mirror }) => mirror().end()],
  ['has reset', {}, ({ mirror }) => mirror().reset()],
  ['answers more than the backend', {}, ({ mirror }) => mirror().write(bytesOf(40_000))],
];

const ENDS: readonly (readonly [string, (m: Mirrored) => void])[] = [
  [
    'FIN of both',
    ({ client, backend }) => {
      client.end();
      backend.end();
    },
  ],
  [
    'FIN of the client, then RST of the backend',
    ({ client, backend, world }) => {
      client.end();
      world.run(2);
      backend.reset();
    },
  ],
  ['RST of the client', ({ client }) => client.reset()],
  ['RST of the backend', ({ backend }) => backend.reset()],
  ['a kill', ({ world }) => world.kill()],
  ['a drain', ({ world }) => world.shard.cut()],
];

// Besides what is expected here, `closeWorlds` finds every endpoint, timer, row and place that is left.
describe.each(STEPS)('while a mirror %s', (_, pieces, bring) => {
  test.each(ENDS)('%s ends the connection as ever, and the mirror within its linger', async (_end, end) => {
    const m = await mirrored([mirrorTo(1, { diff: 'first_difference' })], pieces);
    bring(m);
    m.world.run(2);
    end(m);
    m.world.run(20);
    expect(m.world.state()).toBe('closed');
    expect(m.world.shard.reserved).toBe(0);
    m.world.run(MIRROR_TIMEOUTS.lingerMs + 50);
    expect([m.count('open'), m.count('waiting')]).toEqual([0, 0]);
    expect([m.world.counts(0), m.world.counts(1)]).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(m.world.plane.open).toBe(0);
    expect(m.world.defects()).toEqual([]);
  });

  test('a shard that is closed has nothing of it', async () => {
    const m = await mirrored([mirrorTo(1, { diff: 'first_difference' })], pieces);
    bring(m);
    m.world.run(2);
    m.client.end();
    m.backend.end();
    m.world.run(20);
    m.world.shard.close();
    expect([m.count('open'), m.count('waiting'), m.world.counts(1)]).toEqual([0, 0, [0, 0]]);
  });
});

describe('a defect in a mirror', () => {
  test.each(['before', 'after'] as const)(
    'that is thrown %s its load is given back ends the mirror alone',
    async (when) => {
      const m = await mirrored([mirrorTo(1)], { parts: breakUpstreams('released', when) });
      m.mirror().reset();
      m.world.run(5);
      m.client.write(bytesOf(1000));
      m.world.run(5);
      expect([m.world.state(), m.backend.receivedBytes, m.count('open')]).toEqual(['streaming', 1000, 0]);
      expect(m.world.defects()).toEqual([expect.stringContaining(SEEDED)]);
      if (when === 'before') m.world.table.released(1, 4);
    },
  );

  test('of the plane that dials it ends the mirror alone', async () => {
    let dials = 0;
    const m = await mirrored([mirrorTo(1)], {
      parts: ({ plane }) => ({
        plane: new Proxy(plane, {
          get: (_target, name) => {
            const value: unknown = Reflect.get(plane, name, plane);
            if (name !== 'dial') return typeof value === 'function' ? value.bind(plane) : value;
            return (...args: Parameters<typeof plane.dial>) => {
              dials++;
              if (dials === 2) throw new Error(SEEDED);
              return plane.dial(...args);
            };
          },
        }),
      }),
    });
    m.client.write(bytesOf(1000));
    m.world.run(5);
    expect([m.world.state(), m.backend.receivedBytes, m.count('dropped')]).toEqual(['streaming', 1000, 1000]);
    expect(m.world.defects()).toEqual([expect.stringContaining(SEEDED)]);
    expect(m.world.counts(1)).toEqual([0, 0]);
  });
});
