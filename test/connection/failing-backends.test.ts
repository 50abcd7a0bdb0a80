import { afterEach, describe, expect, test } from 'vitest';
import { FAILURE_KINDS, type FailureKind } from '../../src/core/circuits.ts';
import type { ConnectFault } from '../../src/plane/memory/index.ts';
import { CONNECT_TIMEOUT_MS } from './plan.ts';
import { bytesOf, closeWorlds, seen, World } from './world.ts';

afterEach(closeWorlds);

const FIRST_BYTE_MS = 500;

/** A world of one backend whose every failure is one too many. */
async function watched(count: readonly FailureKind[] = FAILURE_KINDS): Promise<World> {
  const passive = {
    failures: 1,
    count,
    firstByteMs: FIRST_BYTE_MS,
    ejectMs: 1000,
    ejectMsMax: 1000,
    ejectedPercentMax: 100,
  };
  return World.open({ backends: 1, passive, connect: { retries: 0 }, timeouts: { idleMs: 60_000 } });
}

/** What counts against the one backend since the last look. */
function counted({ table }: World): FailureKind | null {
  return table.circuits.takeReached(0);
}

describe('an attempt that fails', () => {
  test.each<[FailureKind | null, ConnectFault]>([
    ['refused', 'refused'],
    ['unreachable', 'unreachable'],
    ['unreachable', 'name'],
    ['timeout', 'black-hole'],
    [null, 'out-of-ports'],
  ])('counts as %s where it ends as %s', async (kind, connect) => {
    const world = await watched();
    world.backendRule(0, { connect });
    world.connect();
    world.run(CONNECT_TIMEOUT_MS + 50);
    expect([world.state(), counted(world)]).toEqual(['closed', kind]);
  });

  test('does not count where its client has given it up', async () => {
    const world = await watched();
    world.backendRule(0, { connect: 'black-hole' });
    const client = world.connect();
    world.run(50);
    client.reset();
    world.run(50);
    expect([world.state(), counted(world)]).toEqual(['closed', null]);
  });

  test('does not count where the pool does not count its kind', async () => {
    const world = await watched(['timeout', 'reset']);
    world.backendRule(0, { connect: 'refused' });
    world.connect();
    world.run(50);
    expect([world.state(), counted(world)]).toEqual(['closed', null]);
  });
});

describe('a backend that resets a connection', () => {
  test('fails where it has sent nothing, and its client is told: what it was sent cannot be sent again', async () => {
    const world = await watched();
    const client = world.connect();
    client.write(bytesOf(100));
    world.run(20);
    world.backend().reset();
    world.run(20);
    expect([counted(world), seen(client), world.closed().reason]).toEqual([
      'reset',
      'reset',
      'backend-reset',
    ]);
  });

  test('does not fail where it had answered, nor where it was the client that reset', async () => {
    const world = await watched(['reset']);
    world.connect();
    world.run(20);
    world.backend().write(bytesOf(10));
    world.run(20);
    world.backend().reset();
    world.run(20);
    const client = world.connect();
    world.run(20);
    client.reset();
    world.run(20);
    expect(world.closedFacts().map(({ reason }) => reason)).toEqual(['backend-reset', 'client-reset']);
    expect(counted(world)).toBeNull();
  });
});

describe('a backend that is silent', () => {
  test('fails once when it was given bytes and has sent none for first_byte; the connection goes on', async () => {
    const world = await watched();
    const client = world.connect();
    world.run(2000);
    expect(counted(world), 'while the client has sent nothing').toBeNull();
    client.write(bytesOf(100));
    world.run(FIRST_BYTE_MS - 50);
    client.write(bytesOf(100));
    expect(counted(world)).toBeNull();
    world.run(100);
    expect([counted(world), world.state()]).toEqual(['silence', 'streaming']);
    world.run(2000);
    expect(counted(world)).toBeNull();
  });

  test('does not fail where it answers in time, nor where the pool does not count silence', async () => {
    for (const [count, answers] of [
      [FAILURE_KINDS, true],
      [['reset'], false],
    ] as const) {
      const world = await watched(count);
      world.connect().write(bytesOf(100));
      world.run(FIRST_BYTE_MS - 100);
      if (answers) world.backend().write(bytesOf(1));
      world.run(1000);
      expect([counted(world), world.state()]).toEqual([null, 'streaming']);
    }
  });
});

describe('an answer', () => {
  test.each(['a first byte', 'a clean end'])('is %s: it counts in a trial', async (answer) => {
    const world = await watched();
    world.table.circuits.set(0, 'half-open');
    const client = world.connect();
    world.run(20);
    if (answer === 'a first byte') world.backend().write(bytesOf(1));
    else {
      client.end();
      world.run(20);
      world.backend().end();
    }
    world.run(20);
    expect(world.table.circuits.answers(0)).toBe(1);
  });
});

describe('sessions of a backend', () => {
  test('are ended all at once when it goes down, those of others and attempts under way left alone', async () => {
    const world = await World.open({ backends: 2 });
    const clients = Array.from({ length: 4 }, () => world.connect());
    world.run(20);
    const { registry } = world.shard;
    const rows = world.ids.map((id) => registry.get(id)?.row);
    registry.endSessions(1, Number.POSITIVE_INFINITY, 'backend.down');
    world.run(20);
    expect(clients.map(seen)).toEqual(rows.map((row) => (row === 1 ? 'reset' : 'open')));
    expect(world.closedFacts().map(({ reason }) => reason)).toEqual(['backend-down', 'backend-down']);
  });

  test('are ended in part for another that came back, those first that were idle for the longest', async () => {
    const world = await World.open({ backends: 1 });
    const clients = Array.from({ length: 4 }, () => world.connect());
    world.run(20);
    clients[0]?.write(bytesOf(10));
    world.run(20);
    clients[2]?.write(bytesOf(10));
    world.run(20);
    world.shard.registry.endSessions(0, 3, 'rebalance');
    world.run(20);
    expect(clients.map(seen)).toEqual(['reset', 'reset', 'open', 'reset']);
    expect(new Set(world.closedFacts().map(({ reason }) => reason))).toEqual(new Set(['rebalanced']));
  });

  test('deliver what was read before they are reset', async () => {
    const world = await World.open({ backends: 1 });
    const client = world.connect();
    world.run(20);
    client.stopReading();
    world.backend().write(bytesOf(1000));
    world.run(20);
    world.shard.registry.endSessions(0, 1, 'backend.down');
    world.run(5);
    client.startReading();
    world.run(50);
    expect([client.received.length, seen(client)]).toEqual([1000, 'reset']);
  });
});
