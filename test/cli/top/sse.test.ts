import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EVENT_CHARS_MAX } from '../../../src/cli/top/limits.ts';
import { SseReader } from '../../../src/cli/top/sse.ts';

const STREAM =
  ': events\n\nid: 1\nevent: opened\ndata: {"a":1}\n\n:\n\nevent: dropped\r\ndata:one\r\ndata: two\r\n\r\ndata\n\nid: 2\n\n';
const MESSAGES = [
  { event: 'opened', data: '{"a":1}', id: '1' },
  { event: 'dropped', data: 'one\ntwo', id: '1' },
  { event: 'message', data: '', id: '1' },
];

describe('a stream of events', () => {
  test('is read the same however it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(STREAM.length)), (cuts) => {
        const reader = new SseReader();
        const at = [0, ...cuts.sort((a, b) => a - b), STREAM.length];
        const pieces = at.slice(1).map((end, index) => STREAM.slice(at[index], end));
        expect(pieces.flatMap((piece) => reader.push(piece))).toEqual(MESSAGES);
        expect(reader.lastId, 'also of a block without data').toBe('2');
      }),
    );
  });

  test('whose event is too long is refused, in one line or in many', () => {
    const long = 'x'.repeat(EVENT_CHARS_MAX);
    expect(() => new SseReader().push(`data: ${long}`)).toThrow('an event has more than');
    expect(() => new SseReader().push(`data: ${long}\ndata: y\n`)).toThrow('an event has more than');
  });
});
