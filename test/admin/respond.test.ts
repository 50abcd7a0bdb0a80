import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  BODY_BYTES_MAX,
  BODY_MS_MAX,
  DISCARD_MS_MAX,
  WRITE_MS_MAX,
  WRITES_MAX,
} from '../../src/admin/limits.ts';
import { SluiceError } from '../../src/core/errors.ts';
import type { ReloadResult, StatusSource } from '../../src/core/status.ts';
import { sourceIn } from './statuses.ts';
import { put, serveAdmin, settle, soon } from './wire.ts';

const NONE = { added: [], removed: [], changed: [] };
const RESULT: ReloadResult = {
  version: 3,
  diff: { listeners: NONE, pools: NONE, backends: NONE, settings: [], needsRestart: [] },
  warnings: [],
};

/** A service whose reloads end when the test says so; `texts` is what was put. */
function slowSource() {
  const texts: string[] = [];
  const ends: (() => void)[] = [];
  const reload = (text: string): Promise<ReloadResult> => {
    texts.push(text);
    return new Promise((resolve) => void ends.push(() => resolve(RESULT)));
  };
  const source: StatusSource = { ...sourceIn('ready'), reload };
  return { source, texts, ends };
}

/** A service that reloads at once. */
function quickSource() {
  const texts: string[] = [];
  const reload = (text: string): Promise<ReloadResult> => {
    texts.push(text);
    return Promise.resolve(RESULT);
  };
  const source: StatusSource = { ...sourceIn('ready'), reload };
  return { source, texts };
}

const answered = (client: { heard(): string }, status: number, times = 1): Promise<void> =>
  soon(() =>
    expect(client.heard().match(new RegExp(`^HTTP/1\\.1 ${status} `, 'gm')) ?? []).toHaveLength(times),
  );

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a write', () => {
  it('with a length, or in chunks, reaches the service whole, and the connection lives on', async () => {
    const { source, texts } = quickSource();
    const { connect } = serveAdmin(source);
    const client = connect();
    client.say(put('one: 1\n'));
    await answered(client, 200);
    client.say(put('4\r\ntwo:\r\n3\r\n 2\n\r\n0\r\n\r\n', 'Transfer-Encoding: chunked'));
    await answered(client, 200, 2);
    expect(texts).toEqual(['one: 1\n', 'two: 2\n']);
    expect(client.heard()).toContain(JSON.stringify(RESULT));
    expect(client.isOver()).toBe(false);
  });

  it('that waits to be asked for its body is asked when it may write, and not when it may not', async () => {
    const { source, texts } = quickSource();
    const { connect } = serveAdmin(source, 'secret');
    const [refused, client] = [connect(), connect()];
    refused.say(put('', 'Expect: 100-continue', 'Content-Length: 4'));
    await answered(refused, 401);
    expect(refused.heard()).not.toContain('100 Continue');
    await soon(() => expect(refused.isOver()).toBe(true));

    client.say(put('', 'Expect: 100-continue', 'Content-Length: 4', 'Authorization: Bearer secret'));
    await answered(client, 100);
    client.say('a: 1');
    await answered(client, 200);
    expect(texts).toEqual(['a: 1']);
  });

  it('in chunks that come to too many bytes is refused, and the connection ends', async () => {
    const { source, texts } = quickSource();
    const { connect } = serveAdmin(source);
    const client = connect();
    client.say(put('', 'Transfer-Encoding: chunked'));
    const piece = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    for (let bytes = 0; bytes <= BODY_BYTES_MAX; bytes += 0x10000) client.say(piece);
    await answered(client, 413);
    vi.advanceTimersByTime(DISCARD_MS_MAX);
    await soon(() => expect(client.isOver()).toBe(true));
    expect(texts).toEqual([]);
  });

  it('whose body does not come in time is refused, and the connection ends', async () => {
    const { source, texts } = quickSource();
    const { connect, writes } = serveAdmin(source);
    const client = connect();
    client.say(put('half', 'Content-Length: 8'));
    await soon(() => expect(vi.getTimerCount()).toBeGreaterThan(1));
    vi.advanceTimersByTime(BODY_MS_MAX);
    await answered(client, 408);
    await settle();
    expect(client.isOver()).toBe(false);
    vi.advanceTimersByTime(DISCARD_MS_MAX);
    await soon(() => expect(client.isOver()).toBe(true));
    expect(writes).toMatchObject([{ status: 408 }]);
    expect(texts).toEqual([]);
  });

  it('that is refused is told so before its body is thrown away, and the connection ends after it', async () => {
    const { source } = quickSource();
    const { connect } = serveAdmin(source, 'secret');
    const client = connect();
    client.say(put('half', 'Content-Length: 8'));
    await answered(client, 401);
    expect(client.heard()).toMatch(/^connection: close\r$/m);
    expect(client.heard()).toContain('"status":401');
    await settle();
    expect(client.isOver()).toBe(false);
    client.say('half');
    await soon(() => expect(client.isOver()).toBe(true));
  });

  it('that takes long is told that it goes on, before the silence ends the connection', async () => {
    const { source, ends } = slowSource();
    const { connect, writes } = serveAdmin(source);
    const client = connect();
    client.say(put('a: 1'));
    await soon(() => expect(ends).toHaveLength(1));
    vi.advanceTimersByTime(WRITE_MS_MAX - 1);
    await settle();
    expect(client.heard()).toBe('');
    expect(client.silenceMs()).toBeGreaterThan(WRITE_MS_MAX);
    vi.advanceTimersByTime(1);
    await answered(client, 504);
    ends[0]?.();
    expect(writes).toMatchObject([{ status: 504, detail: expect.stringContaining('goes on') }]);
  });

  it('beyond the number that may wait is told to come again; a place is free when one is over', async () => {
    const { source, ends } = slowSource();
    const { connect } = serveAdmin(source);
    const clients = Array.from({ length: WRITES_MAX }, () => connect());
    for (const client of clients) client.say(put('a: 1'));
    await soon(() => expect(ends).toHaveLength(WRITES_MAX));
    const late = connect();
    late.say(put('a: 1'));
    await answered(late, 503);
    expect(late.heard()).toMatch(/^retry-after: 1\r$/m);

    ends[0]?.();
    await answered(clients[0]!, 200);
    const next = connect();
    next.say(put('a: 1'));
    await soon(() => expect(ends).toHaveLength(WRITES_MAX + 1));
  });

  it('whose client has gone is done all the same, and its failure is nobody else`s', async () => {
    const { source, ends, texts } = slowSource();
    const { connect, writes } = serveAdmin(source);
    const gone = connect();
    gone.say(put('a: 1'));
    await soon(() => expect(ends).toHaveLength(1));
    gone.leave();
    ends[0]?.();
    await soon(() => expect(writes).toMatchObject([{ status: 200 }]));
    expect(texts).toEqual(['a: 1']);
  });
});

describe('what is told of writes', () => {
  it('is each one that was accepted or refused, with who it was and why; reads are not', async () => {
    const reload = (): Promise<never> => Promise.reject(new SluiceError('CONFIG_INVALID', 'a:1:1: no'));
    const { connect, writes } = serveAdmin({ ...sourceIn('ready'), reload }, 'secret');
    const client = connect();
    client.say('GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await answered(client, 200);
    client.say(put('a: 1', 'Authorization: Bearer secret'));
    await answered(client, 422);
    client.say('DELETE /v1/status?token=x HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await answered(client, 405);
    const remote = '127.0.0.1:4711';
    expect(writes).toEqual([
      {
        method: 'PUT',
        path: '/v1/config',
        remote,
        token: null,
        change: null,
        status: 422,
        detail: 'a:1:1: no',
      },
      {
        method: 'DELETE',
        path: '/v1/status',
        remote,
        token: null,
        change: null,
        status: 405,
        detail: 'this path takes GET, HEAD, OPTIONS only',
      },
    ]);
  });

  it('has no detail where it was accepted', async () => {
    const { connect, writes } = serveAdmin(quickSource().source);
    const client = connect();
    client.say(put('a: 1'));
    await answered(client, 200);
    expect(writes).toMatchObject([{ status: 200, detail: null }]);
  });

  it('is also a client that goes away within its body', async () => {
    const { source, texts } = quickSource();
    const { connect, writes } = serveAdmin(source);
    const client = connect();
    client.say(put('half', 'Content-Length: 8'));
    await soon(() => expect(vi.getTimerCount()).toBeGreaterThan(1));
    client.leave();
    await soon(() => expect(writes).toMatchObject([{ status: 400 }]));
    expect(texts).toEqual([]);
  });
});
