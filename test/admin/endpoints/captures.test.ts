import { describe, expect, test } from 'vitest';
import type { Capture, CaptureEnd, CaptureRequest, CaptureView } from '../../../src/core/capture-control.ts';
import { SluiceError } from '../../../src/core/errors.ts';
import type { StatusSource } from '../../../src/core/status.ts';
import { ask, jsonOf } from '../ask.ts';
import { sourceIn } from '../statuses.ts';
import { serveAdmin, soon } from '../wire.ts';

const REQUEST: CaptureRequest = {
  target: { connection: 255 },
  filter: { clients: [], routes: [] },
  forMs: 30_000,
  bytesMax: 1000,
  snapBytes: 100,
};

const VIEW: CaptureView = {
  id: 'abc',
  target: REQUEST.target,
  started: 5,
  forMs: 30_000,
  bytes: 7,
  end: null,
};

/** A service with one capture, whose pieces the test gives; null ends it. */
function sourceWith(refusal: SluiceError | null = null) {
  const waiting: ((piece: Uint8Array | null) => void)[] = [];
  const state = { closed: 0, end: null as CaptureEnd | null, asked: null as unknown };
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const piece = await new Promise<Uint8Array | null>((resolve) => void waiting.push(resolve));
      if (piece === null) return;
      yield piece;
    }
  }
  const capture: Capture = {
    id: 'abc',
    bytes: bytes(),
    get end() {
      return state.end;
    },
    close: async () => {
      state.closed++;
      waiting.shift()?.(null);
    },
  };
  const source: StatusSource = {
    ...sourceIn('ready'),
    captures: {
      read: (item) => {
        state.asked = item;
        return REQUEST;
      },
      start: () => (refusal === null ? Promise.resolve(capture) : Promise.reject(refusal)),
      list: () => [VIEW],
      get: (id) => (id === 'old' ? { ...VIEW, id, end: 'bytes' } : null),
      stop: (id) => id === 'abc',
    },
  };
  const give = async (piece: string | null): Promise<void> => {
    await soon(() => expect(waiting).toHaveLength(1));
    waiting.shift()?.(piece === null ? null : Buffer.from(piece));
  };
  return { source, give, state };
}

const BODY = '{"connection":"ff"}';
const POST = `POST /v1/captures HTTP/1.1\r\nhost: 127.0.0.1:9900\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;

describe('the reply to a capture', () => {
  test('is what is taken while it is taken, and why it has ended', async () => {
    const { source, give, state } = sourceWith();
    const { connect, writes } = serveAdmin(source);
    const client = connect();
    client.say(POST);
    await give('one');
    await soon(() => expect(client.heard()).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n3\r\none\r\n$/s));
    expect(client.heard()).toMatch(/^content-type: application\/pcapng\r\n(.*\r\n)*sluice-capture: abc\r$/m);
    expect([state.asked, client.silenceMs(), client.isOver()]).toEqual([{ connection: 'ff' }, 0, false]);
    expect(writes).toMatchObject([{ path: '/v1/captures', status: 200, change: BODY }]);
    await give('two');
    state.end = 'time';
    await give(null);
    await soon(() => expect(client.isOver()).toBe(true));
    expect(client.heard()).toMatch(/3\r\ntwo\r\n0\r\nsluice-capture-end: time\r\n\r\n$/i);
    expect(state.closed).toBeGreaterThan(0);
  });

  test('that nobody reads any more ends the capture', async () => {
    const { source, give, state } = sourceWith();
    const client = serveAdmin(source).connect();
    client.say(POST);
    await give('one');
    await soon(() => expect(client.heard()).toContain('one'));
    client.leave();
    await soon(() => expect(state.closed).toBeGreaterThan(0));
  });

  test.each([
    ['STAGE_TARGET_UNKNOWN', 404],
    ['CAPTURE_REFUSED', 409],
    ['STAGE_REFUSED', 409],
  ] as const)('is a problem where it is refused by %s', async (code, status) => {
    const { source } = sourceWith(new SluiceError(code, 'no'));
    const reply = await ask(source, 'POST /v1/captures', { listener: 'edge' });
    expect([reply.status, jsonOf(reply)['detail']]).toEqual([status, 'no']);
  });
});

describe('captures that run', () => {
  test('are listed', async () => {
    const { source } = sourceWith();
    expect(jsonOf(await ask(source, 'GET /v1/captures'))).toEqual({
      captures: [
        {
          id: 'abc',
          listener: null,
          connection: '0000000000ff',
          started: 5,
          for: 30_000,
          bytes: 7,
          end: null,
        },
      ],
    });
  });

  test('are known by their id, with why they have ended, when they run no more', async () => {
    const { source } = sourceWith();
    expect(jsonOf(await ask(source, 'GET /v1/captures/old'))).toMatchObject({ id: 'old', end: 'bytes' });
    expect((await ask(source, 'GET /v1/captures/other')).status).toBe(404);
  });

  test('are ended by their id', async () => {
    const { source } = sourceWith();
    expect(jsonOf(await ask(source, 'DELETE /v1/captures/abc'))).toEqual({ stopped: 'abc' });
    expect((await ask(source, 'DELETE /v1/captures/other')).status).toBe(404);
  });
});
