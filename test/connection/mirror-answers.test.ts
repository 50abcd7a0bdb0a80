import { afterEach, describe, expect, test } from 'vitest';
import type { MirrorDiff } from '../../src/core/mirror.ts';
import { MIRROR_TIMEOUTS, type Mirrored, mirrored, mirrorTo } from './mirrored.ts';
import { bytesOf, closeWorlds } from './world.ts';

afterEach(closeWorlds);

/** A connection whose mirror's answer is compared; each answers with pieces in turn, and all finish. */
async function answered(
  diff: MirrorDiff,
  pieces: readonly (readonly ['backend' | 'mirror', string | Uint8Array])[],
  mirrorFinishes = true,
): Promise<Mirrored> {
  const m = await mirrored([mirrorTo(1, { diff })]);
  m.client.write(Buffer.from('question'));
  m.client.end();
  m.world.run(5);
  for (const [who, piece] of pieces) {
    (who === 'backend' ? m.backend : m.mirror()).write(Buffer.from(piece));
    m.world.run(5);
  }
  m.backend.end();
  if (mirrorFinishes) m.mirror().end();
  m.world.run(MIRROR_TIMEOUTS.lingerMs + 200);
  expect([m.count('open'), m.count('waiting')]).toEqual([0, 0]);
  expect(m.world.closed().reason).toBe('client-fin');
  return m;
}

describe('answers that are the same', () => {
  test.each(['first_difference', 'lengths'] as const)(
    'tell nothing with diff: %s, however they are cut',
    async (diff) => {
      const bytes = bytesOf(50_000, 3);
      const m = await answered(diff, [
        ['backend', bytes.subarray(0, 10_000)],
        ['mirror', bytes.subarray(0, 4000)],
        ['mirror', bytes.subarray(4000, 30_000)],
        ['backend', bytes.subarray(10_000)],
        ['mirror', bytes.subarray(30_000)],
      ]);
      expect(m.client.receivedBytes).toBe(50_000);
      expect([m.told(), m.count('differences')]).toEqual([[], 0]);
    },
  );

  test('tell nothing where the mirror has not finished in its linger', async () => {
    const m = await answered(
      'first_difference',
      [
        ['backend', 'abc'],
        ['mirror', 'abc'],
      ],
      false,
    );
    expect([m.told(), m.count('differences')]).toEqual([[], 0]);
  });
});

describe('answers that differ', () => {
  const said = 'mirror: pool pool1, backend b1: the answers differ: ';
  test.each([
    [
      'in a byte',
      [
        ['backend', 'abcdef'],
        ['mirror', 'abXdef'],
      ],
      'at byte 2: 0x63 of the backend, 0x58 of the mirror',
    ],
    [
      'in a byte, the mirror first',
      [
        ['mirror', 'ab'],
        ['backend', 'abcdef'],
        ['mirror', 'cdeX'],
      ],
      'at byte 5: 0x66 of the backend, 0x58 of the mirror',
    ],
    [
      'in that the mirror says less',
      [
        ['backend', 'abcdef'],
        ['mirror', 'abc'],
      ],
      'at byte 3: 0x64 of the backend, the end of the mirror',
    ],
    [
      'in that the mirror says more',
      [
        ['mirror', 'abcdef'],
        ['backend', 'abc'],
      ],
      'at byte 3: the end of the backend, 0x64 of the mirror',
    ],
    [
      'in that the mirror says nothing',
      [['backend', 'abc']],
      'at byte 0: 0x61 of the backend, the end of the mirror',
    ],
  ] as const)('%s are told with the place and both bytes', async (_, pieces, message) => {
    const m = await answered('first_difference', pieces);
    expect(m.told()).toEqual([said + message]);
    expect(m.count('differences')).toBe(1);
  });

  test('in their lengths alone are told as lengths', async () => {
    const m = await answered('lengths', [
      ['backend', 'abcdef'],
      ['mirror', 'XYZ'],
    ]);
    expect(m.told()).toEqual([`${said}6 bytes of the backend, 3 of the mirror`]);
  });

  test('are no difference of lengths where these are the same', async () => {
    const m = await answered('lengths', [
      ['backend', 'abc'],
      ['mirror', 'XYZ'],
    ]);
    expect(m.told()).toEqual([]);
  });

  test('are told while the connection goes on, which does not notice', async () => {
    const m = await mirrored([mirrorTo(1, { diff: 'first_difference' })]);
    m.backend.write(Buffer.from('abc'));
    m.mirror().write(Buffer.from('abX'));
    m.world.run(5);
    expect(m.told()).toHaveLength(1);
    m.mirror().write(bytesOf(1_000_000));
    m.client.write(bytesOf(1000));
    m.world.run(50);
    expect([m.world.state(), m.mirror().receivedBytes, m.count('waiting')]).toEqual(['streaming', 1000, 0]);
  });
});

describe('answers that cannot be compared', () => {
  test.each(['backend', 'mirror'] as const)(
    'since the %s is far ahead are told, and no memory is held',
    async (who) => {
      const m = await mirrored([mirrorTo(1, { diff: 'first_difference' })]);
      (who === 'backend' ? m.backend : m.mirror()).write(bytesOf(500_000));
      m.world.run(50);
      expect(m.told()).toEqual([
        expect.stringMatching(`the ${who}'s answer is more than .* ahead: not compared from byte 0 on`),
      ]);
      expect([m.count('waiting'), m.count('differences')]).toEqual([0, 0]);
      if (who === 'backend') expect(m.client.receivedBytes).toBe(500_000);
    },
  );

  test('since the mirror has failed are not', async () => {
    const m = await mirrored([mirrorTo(1, { diff: 'first_difference' })]);
    m.backend.write(Buffer.from('abc'));
    m.world.run(5);
    m.mirror().reset();
    m.world.run(5);
    m.client.end();
    m.backend.end();
    m.world.run(20);
    expect(m.told()).toEqual([expect.stringContaining('ECONNRESET')]);
    expect([m.count('differences'), m.count('waiting')]).toEqual([0, 0]);
  });

  test('since the connection was reset are not, but for what was seen', async () => {
    const m = await mirrored([mirrorTo(1, { diff: 'first_difference' })]);
    m.backend.write(Buffer.from('abc'));
    m.world.run(5);
    m.client.reset();
    m.world.run(20);
    expect([m.told(), m.count('waiting')]).toEqual([[], 0]);
  });
});
