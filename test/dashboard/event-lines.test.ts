import { describe, expect, it } from 'vitest';
import { EVENT_CHARS_MAX, EventLines } from '../../dashboard/src/event-lines.ts';

const TEXT =
  ': a comment\n\nid: 7\nevent: opened\ndata: {"a":1}\n\ndata: one\ndata:two\r\n\r\nevent: lost\n\nid: 8\ndata\n\n';

const EVENTS = [
  { id: '7', name: 'opened', data: '{"a":1}' },
  { id: null, name: 'message', data: 'one\ntwo' },
  { id: '8', name: 'message', data: '' },
];

describe('lines of server-sent events', () => {
  it('are read as events, without comments and those that have no data', () => {
    expect(new EventLines().take(TEXT)).toEqual(EVENTS);
  });

  it('are read the same in pieces of any size', () => {
    for (const size of [1, 2, 3, 7, 50]) {
      const lines = new EventLines();
      const pieces = Array.from({ length: Math.ceil(TEXT.length / size) }, (_, index) =>
        TEXT.slice(index * size, (index + 1) * size),
      );
      expect(pieces.flatMap((piece) => lines.take(piece))).toEqual(EVENTS);
    }
  });

  it('are kept up to a limit where they do not end', () => {
    const lines = new EventLines();
    lines.take(`data: ${'x'.repeat(EVENT_CHARS_MAX)}`);
    expect(lines.take('\n\ndata: next\n\n')).toEqual([{ id: null, name: 'message', data: 'next' }]);
  });
});
