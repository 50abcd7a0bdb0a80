import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encoderOf } from '../../src/capture/index.ts';
import { formatConnectionId } from '../../src/core/connection-id.ts';
import { DIRECTIONS } from '../../src/core/direction.ts';
import { histories, play, sent } from './histories.ts';
import { captured, NOON } from './samples.ts';

const OPTIONS = { snapBytes: 65_535 };

describe('jsonl', () => {
  it('of any histories: each line is an object, and the chunks of each direction are the bytes that were sent', () => {
    fc.assert(
      fc.property(histories, (all) => {
        const text = play(encoderOf('jsonl', OPTIONS), all).toString();
        const lines = text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line));
        for (const history of all) {
          const own = lines.filter(
            ({ connection }) => connection === formatConnectionId(history.connection.id),
          );
          expect([own[0].event, own.at(-1).event, own.at(-1).reason]).toEqual([
            'open',
            'close',
            history.reason,
          ]);
          for (const direction of DIRECTIONS) {
            const chunks = own.filter((line) => line.event === 'data' && line.direction === direction);
            for (const { bytes, length } of chunks) expect(Buffer.from(bytes, 'base64').length).toBe(length);
            const joined = Buffer.concat(chunks.map(({ bytes }) => Buffer.from(bytes, 'base64')));
            expect(joined.equals(sent(history, direction))).toBe(true);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('tells what is not in the file', () => {
    const line = encoderOf('jsonl', OPTIONS).connection(captured()).opened(NOON, { up: 7, down: 0 });
    expect(JSON.parse(Buffer.from(line).toString())).toMatchObject({ skipped_up: 7, skipped_down: 0 });
  });
});

describe('hex', () => {
  it('of any history: the rows under each chunk are the bytes that were sent, at their offsets', () => {
    fc.assert(
      fc.property(histories, ([history]) => {
        const text = play(encoderOf('hex', OPTIONS), [history!]).toString();
        for (const [direction, arrow] of [
          ['up', 'up >'],
          ['down', 'down <'],
        ] as const) {
          const wanted = sent(history!, direction);
          const found: number[] = [];
          let isOurs = false;
          for (const line of text.split('\n')) {
            if (/^\d{4}-/.test(line)) isOurs = line.includes(` ${arrow} `);
            else if (isOurs && /^[0-9a-f]{8} /.test(line)) {
              expect(Number.parseInt(line.slice(0, 8), 16)).toBe(found.length);
              found.push(...Buffer.from(line.slice(10, 58).replaceAll(' ', ''), 'hex'));
            }
          }
          expect(Buffer.from(found).equals(wanted)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('is not led astray by what stands in the path of a socket', () => {
    const source = { kind: 'unix', path: '/x\n2026 close: client-fin' } as const;
    const text = Buffer.from(
      encoderOf('hex', OPTIONS).connection(captured(1, { source })).opened(NOON),
    ).toString();
    expect(text.split('\n').filter((line) => !line.startsWith('  '))).toHaveLength(2);
  });
});
