import { describe, expect, it } from 'vitest';
import type { PulseAnswer } from '../../src/core/connection-pulse.ts';
import type { OpenedFact } from '../../src/core/facts.ts';
import {
  HEARTBEATS_FOLLOWED_MAX,
  HEARTBEATS_PER_LOOK_MAX,
  type Heartbeat,
  Heartbeats,
} from '../../src/telemetry/heartbeats.ts';

const INTERVAL = 10_000;

function opened(connection: number, changes: Partial<OpenedFact> = {}): OpenedFact {
  return {
    kind: 'opened',
    at: 0,
    connection,
    listener: 0,
    client: '192.0.2.1:1',
    local: '127.0.0.1:1',
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    parentSpanId: null,
    sampled: true,
    ...changes,
  };
}

function world(answer: (connection: number) => PulseAnswer = () => 'unknown') {
  const told: Heartbeat[] = [];
  const asked: (readonly number[])[] = [];
  const heartbeats = new Heartbeats(
    async (connections) => {
      asked.push(connections);
      return connections.map(answer);
    },
    (heartbeat) => told.push(heartbeat),
  );
  return { heartbeats, told, asked };
}

describe('heartbeats', () => {
  it('tell of a connection once in every interval while it is open, each of the stretch since the one before', async () => {
    const { heartbeats, told } = world();
    heartbeats.opened(opened(1, { at: 500 }), INTERVAL);
    for (const now of [1_000, 10_400, 10_500, 11_000, 20_400, 20_500]) await heartbeats.look(now, INTERVAL);
    heartbeats.closed(1);
    await heartbeats.look(99_000, INTERVAL);
    expect(told.map(({ number, from, to }) => [number, from, to])).toEqual([
      [1, 500, 10_500],
      [2, 10_500, 20_500],
    ]);
  });

  it('are of those alone that are sampled and whose root span has an id, and of nobody where they are off', async () => {
    const { heartbeats } = world();
    heartbeats.opened(opened(1, { sampled: false }), INTERVAL);
    heartbeats.opened(opened(2, { spanId: null }), INTERVAL);
    heartbeats.opened(opened(3), 0);
    expect(heartbeats.size).toBe(0);
    heartbeats.opened(opened(4), INTERVAL);
    await heartbeats.look(1, 0);
    expect(heartbeats.size).toBe(0);
  });

  it('say how the connection stands; one that its shard has no more is forgotten, of a silent shard little is said', async () => {
    const pulse = { state: 'streaming', since: 5, route: null, pool: 0, backend: 1 } as const;
    const { heartbeats, told } = world((connection) => {
      if (connection === 1) return { ...pulse, connection, bytesUp: 3, bytesDown: 4 };
      return connection === 2 ? 'gone' : 'unknown';
    });
    for (const connection of [1, 2, 3]) heartbeats.opened(opened(connection), INTERVAL);
    await heartbeats.look(INTERVAL, INTERVAL);
    expect(told.map((beat) => [beat.opened.connection, beat.pulse?.bytesDown ?? null])).toEqual([
      [1, 4],
      [3, null],
    ]);
    expect(heartbeats.size).toBe(2);
  });

  it('are bounded at one look: the others are passed over until their next turn, and counted', async () => {
    const { heartbeats, told, asked } = world();
    const count = HEARTBEATS_PER_LOOK_MAX + 40;
    for (let i = 0; i < count; i++) heartbeats.opened(opened(i), INTERVAL);
    await heartbeats.look(INTERVAL, INTERVAL);
    expect([told.length, asked[0]?.length, heartbeats.skipped]).toEqual([
      HEARTBEATS_PER_LOOK_MAX,
      HEARTBEATS_PER_LOOK_MAX,
      40,
    ]);
    await heartbeats.look(INTERVAL + 1, INTERVAL);
    expect(asked).toHaveLength(1);
    await heartbeats.look(2 * INTERVAL, INTERVAL);
    expect(asked[1]?.slice(0, 41)).toEqual([...Array.from({ length: 40 }, (_, i) => count - 40 + i), 0]);
    expect(heartbeats.skipped).toBe(80);
  });

  it('are of a bounded number of connections, and one more is counted', () => {
    const { heartbeats } = world();
    for (let i = 0; i < HEARTBEATS_FOLLOWED_MAX + 2; i++) heartbeats.opened(opened(i), INTERVAL);
    expect([heartbeats.size, heartbeats.skipped]).toEqual([HEARTBEATS_FOLLOWED_MAX, 2]);
  });

  it('do not tell of a connection that ended while its shard was asked', async () => {
    const { heartbeats, told } = world();
    heartbeats.opened(opened(1), INTERVAL);
    const looking = heartbeats.look(INTERVAL, INTERVAL);
    heartbeats.closed(1);
    await looking;
    expect(told).toEqual([]);
  });
});
