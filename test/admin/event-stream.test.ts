import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventStream } from '../../src/admin/event-stream.ts';
import {
  EVENTS_FLUSH_MS,
  EVENTS_HEARTBEAT_MS,
  EVENTS_WAITING_MAX,
  STALL_MS_MAX,
} from '../../src/admin/limits.ts';
import type { AdminEvent } from '../../src/core/admin-event.ts';

const ALL = { kinds: null, connection: null, listener: null, pool: null };

function event(id: number, more: Partial<AdminEvent> = {}): AdminEvent {
  return {
    id,
    kind: 'opened',
    at: 1,
    connection: null,
    listener: 'edge',
    pool: null,
    backend: null,
    data: {},
    ...more,
  };
}

/** A stream whose client takes what is written while `takes` says so. */
function streaming(filter: Partial<ConstructorParameters<typeof EventStream>[0]> = {}) {
  const written: string[] = [];
  const client = { takes: true, ready: () => {} };
  const stream = new EventStream(
    { ...ALL, ...filter },
    {
      write: (text) => {
        written.push(text);
        return client.takes;
      },
      onReady: (call) => {
        client.ready = call;
      },
    },
  );
  const ids = () =>
    written
      .join('')
      .match(/^id: (\d+)$/gm)
      ?.map((line) => Number(line.slice(4))) ?? [];
  return { stream, written, client, ids };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a stream of events', () => {
  it('writes those of a while together, each as one event of its kind with its id', () => {
    const { stream, written } = streaming();
    stream.take([event(1)]);
    stream.take([event(2, { kind: 'closed' })]);
    expect(written).toEqual([': events\n\n']);
    vi.advanceTimersByTime(EVENTS_FLUSH_MS);
    expect(written).toHaveLength(2);
    expect(written[1]).toBe(
      `id: 1\nevent: opened\ndata: ${JSON.stringify(event(1))}\n\nid: 2\nevent: closed\ndata: ${JSON.stringify(event(2, { kind: 'closed' }))}\n\n`,
    );
  });

  it('never breaks a line by what a client sent', () => {
    const { stream, written } = streaming();
    stream.take([event(1, { data: { sni: 'a\n\nevent: closed\rdata: x' } })]);
    vi.advanceTimersByTime(EVENTS_FLUSH_MS);
    expect(written[1]?.split('\n')).toHaveLength(5);
    expect(written[1]).not.toContain('\r');
  });

  it('has what is asked for alone', () => {
    const { stream, ids } = streaming({ kinds: ['closed', 'health'], pool: 'web' });
    stream.take([
      event(1, { pool: 'web' }),
      event(2, { kind: 'closed', pool: 'web' }),
      event(3, { kind: 'closed', pool: 'db' }),
      event(4, { kind: 'health', pool: 'web' }),
    ]);
    vi.advanceTimersByTime(EVENTS_FLUSH_MS);
    expect(ids()).toEqual([2, 4]);
  });

  it('keeps a bounded number for a client that is slow, and tells it how many it has missed', () => {
    const { stream, written, client, ids } = streaming();
    client.takes = false;
    stream.take([event(1)]);
    vi.advanceTimersByTime(EVENTS_FLUSH_MS);
    stream.take(Array.from({ length: EVENTS_WAITING_MAX + 7 }, (_, index) => event(2 + index)));
    vi.advanceTimersByTime(10 * EVENTS_FLUSH_MS);
    expect(ids()).toEqual([1]);
    client.takes = true;
    client.ready();
    vi.advanceTimersByTime(EVENTS_FLUSH_MS);
    expect(ids()).toHaveLength(1 + EVENTS_WAITING_MAX);
    expect(written.at(-1)).toMatch(/event: dropped\ndata: \{"count":7\}\n\n$/);
    stream.take([event(9_999)]);
    vi.advanceTimersByTime(EVENTS_FLUSH_MS);
    expect(written.at(-1)).not.toContain('dropped');
  });

  it('says that it lives before its silence would end it, and nothing once its client has gone', () => {
    const { stream, written } = streaming();
    expect(EVENTS_HEARTBEAT_MS).toBeLessThan(STALL_MS_MAX);
    vi.advanceTimersByTime(EVENTS_HEARTBEAT_MS);
    expect(written).toEqual([': events\n\n', ':\n\n']);
    stream.take([event(1)]);
    stream.end();
    expect(vi.getTimerCount()).toBe(0);
    stream.take([event(2)]);
    vi.advanceTimersByTime(EVENTS_FLUSH_MS + EVENTS_HEARTBEAT_MS);
    expect(written).toHaveLength(2);
  });

  it('says with its sign of life which event passed last, meant or not, and not while one waits', () => {
    const { stream, written, client } = streaming({ kinds: ['health'] });
    stream.take([event(7)]);
    vi.advanceTimersByTime(EVENTS_HEARTBEAT_MS);
    expect(written.at(-1)).toBe(':\nid: 7\n\n');
    vi.advanceTimersByTime(EVENTS_HEARTBEAT_MS - 1);
    stream.take([event(8, { kind: 'health' })]);
    client.takes = false;
    vi.advanceTimersByTime(1);
    expect(written.at(-1)).toBe(':\n\n');
  });

  it('begins for a client that comes back with what it has missed', () => {
    const { stream, written, ids } = streaming();
    stream.resume({ kept: [event(5), event(6)], missed: 3 });
    stream.take([event(7)]);
    vi.advanceTimersByTime(EVENTS_FLUSH_MS);
    expect(written[1]).toBe('event: dropped\ndata: {"count":3}\n\n');
    expect(ids()).toEqual([5, 6, 7]);
  });

  it('says of a client whose last event nobody knows that it may have missed some, and nothing of one that missed none', () => {
    const unknown = streaming();
    unknown.stream.resume({ kept: [], missed: null });
    expect(unknown.written[1]).toBe('event: dropped\ndata: {"count":null}\n\n');
    const whole = streaming();
    whole.stream.resume({ kept: [], missed: 0 });
    expect(whole.written).toEqual([': events\n\n']);
  });
});
