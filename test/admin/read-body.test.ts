import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readBody } from '../../src/admin/read-body.ts';

const BYTES_MAX = 16;
const MS_MAX = 1_000;

let body: PassThrough;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  body = new PassThrough();
});
afterEach(() => {
  vi.useRealTimers();
});

function read() {
  return readBody(body, BYTES_MAX, MS_MAX);
}

describe('the body of a request', () => {
  it('is the text that was sent, wherever it was cut into pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', maxLength: 40 }),
        fc.array(fc.nat(60)),
        async (text, cuts) => {
          const bytes = Buffer.from(text);
          const stream = new PassThrough();
          const found = readBody(stream, bytes.length, MS_MAX);
          const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
          for (const [index, place] of places.slice(1).entries())
            stream.write(bytes.subarray(places[index], place));
          stream.end();
          expect(await found).toEqual({ text: text.startsWith('\ufeff') ? text.slice(1) : text });
        },
      ),
    );
  });

  it('may be empty', async () => {
    const found = read();
    body.end();
    expect(await found).toEqual({ text: '' });
  });

  it('may have as many bytes as are allowed and no more, however it is sent', async () => {
    const whole = read();
    body.end('x'.repeat(BYTES_MAX));
    expect(await whole).toEqual({ text: 'x'.repeat(BYTES_MAX) });
    body = new PassThrough();
    const more = read();
    for (let sent = 0; sent <= BYTES_MAX; sent++) body.write('x');
    expect(await more).toMatchObject({ status: 413, detail: expect.stringContaining(String(BYTES_MAX)) });
  });

  it('that is not over in time is given up', async () => {
    const found = read();
    body.write('x');
    vi.advanceTimersByTime(MS_MAX - 1);
    body.write('y');
    vi.advanceTimersByTime(1);
    expect(await found).toMatchObject({ status: 408, detail: expect.stringContaining(String(MS_MAX)) });
  });

  it('whose client goes away is given up', async () => {
    const found = read();
    body.write('x');
    body.destroy();
    expect(await found).toMatchObject({ status: 400 });
  });

  it('that is no text in UTF-8 is refused', async () => {
    const found = read();
    body.end(Buffer.from([0x61, 0xff]));
    expect(await found).toMatchObject({ status: 422 });
  });

  it('leaves no timer and no listener behind', async () => {
    const found = read();
    body.end('x');
    await found;
    expect(vi.getTimerCount()).toBe(0);
    for (const event of ['data', 'close']) expect(body.listenerCount(event)).toBe(0);
  });
});
