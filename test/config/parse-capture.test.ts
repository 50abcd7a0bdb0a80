import { describe, expect, test } from 'vitest';
import { parseCapture } from '../../src/config/index.ts';

describe('what is to be captured', () => {
  test('has its defaults where it says only whose', () => {
    expect(parseCapture({ listener: 'edge' })).toEqual({
      target: { listener: 'edge' },
      filter: { clients: [], routes: [] },
      forMs: 30_000,
      bytesMax: 256 * 1024 ** 2,
      snapBytes: 65_535,
    });
  });

  test('says how long, how much, and of whom', () => {
    const asked = {
      connection: '0000000000ff',
      for: '5m',
      max_bytes: '1MiB',
      snaplen: 96,
      filter: { client: ['10.0.0.0/8'], route: ['shop'] },
    };
    expect(parseCapture(asked)).toEqual({
      target: { connection: 255 },
      filter: { clients: [{ bytes: [10, 0, 0, 0], bits: 8 }], routes: ['shop'] },
      forMs: 300_000,
      bytesMax: 1024 ** 2,
      snapBytes: 96,
    });
  });

  test.each([
    [{}, /either "listener" or "connection"/],
    [{ listener: 'a', connection: '1' }, /either "listener" or "connection"/],
    [{ connection: 'edge' }, /this is no id/],
    [{ listener: 'a', for: 'soon' }, /^for: "soon" is not a duration/],
    [{ listener: 'a', for: '2h' }, /^for: "2h" is more than/],
    [{ listener: 'a', max_bytes: '1B' }, /^max_bytes: "1B" is out of range/],
    [
      { listener: 'a', filter: { client: ['10.0.0.0/99'] } },
      /^filter\.client\[0\]: "99" is not a prefix length/,
    ],
    [{ listener: 'a', filter: { client: '10.0.0.0/8' } }, /^filter\.client: expected a list/],
    [{ listener: 'a', colour: 'red' }, /colour/],
  ])('is refused as %j', (asked, message) => {
    expect(() => parseCapture(asked)).toThrow(message);
  });
});
