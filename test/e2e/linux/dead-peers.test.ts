import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Child } from '../../support/child.ts';
import { eventually } from '../../support/eventually.ts';
import { flood } from '../../support/flood.ts';
import { killWithBytesUnread } from '../../support/kill-with-bytes-unread.ts';
import { MIB } from '../../support/payload.ts';
import { portOf, reportOf, reports } from '../../support/peers.ts';
import { start } from '../../support/process.ts';
import { needs, program } from '../../support/programs.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { dial, type Heard, hear, serve } from '../../support/tcp.ts';

const STALL = 'timeouts: { write_stall: 1s, linger: 500ms }';
const RSS_GROWTH_MAX = 32 * MIB;
/** How long after its deadline a connection that stands still may last on a busy machine. */
const LATE_MS_MAX = 10_000;

function relay(ports: readonly number[], more = ''): string {
  return `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: pool }]
pools: { pool: { backends: [${ports.map((port) => `127.0.0.1:${port}`).join(', ')}], health: off } }
plane: linux
workers: 1
${more}`;
}

describe('a process that is killed while bytes flow both ways', () => {
  needs('python3');

  test('the client of a killed backend is reset, and the next client is served by another backend', async () => {
    const backends = [flooding(), flooding()];
    const ports = await Promise.all(backends.map(portOf));
    const sluice = await startSluice(relay(ports));
    const descriptors = sluice.fdCount();

    const client = flooding(sluice.address().port);
    await reportOf(client, 'underWay');
    const which = await eventually(
      () => [0, 1].find((index) => underWays(backends[index]) > 0),
      'a backend to have got bytes',
    );
    await killWithBytesUnread(backends[which] as Child, { local: ports[which] as number });
    expect(await reportOf(client, 'end')).toEqual({ end: 'ECONNRESET' });
    const [log] = await sluice.waitForClosed(1);
    expect(log).toMatchObject({ reason: 'backend-reset', by: 'backend', during: 'streaming' });
    expect(log?.backend).toContain(String(ports[which]));
    await eventually(() => sluice.fdCount() <= descriptors, `descriptors to return to ${descriptors}`);

    const other = 1 - which;
    const next = flooding(sluice.address().port);
    await reportOf(next, 'underWay');
    await eventually(() => underWays(backends[other]) > 0, 'the other backend to serve');
    next.signal('SIGKILL');
    expect((await sluice.waitForClosed(2))[1]?.backend).toContain(String(ports[other]));
  });

  test('the backend of a killed client is reset, and the next client is served', async () => {
    const backend = flooding();
    const sluice = await startSluice(relay([await portOf(backend)]));
    const descriptors = sluice.fdCount();

    const client = flooding(sluice.address().port);
    await reportOf(client, 'underWay');
    await reportOf(backend, 'underWay');
    await killWithBytesUnread(client, { remote: sluice.address().port });
    expect(await reportOf(backend, 'end')).toEqual({ end: 'ECONNRESET' });
    const [log] = await sluice.waitForClosed(1);
    expect(log).toMatchObject({ reason: 'client-reset', by: 'client', during: 'streaming' });
    await eventually(() => sluice.fdCount() <= descriptors, `descriptors to return to ${descriptors}`);
    await reportOf(flooding(sluice.address().port), 'underWay');
  });
});

describe('a peer that never reads', () => {
  needs('python3');

  test('timeouts.write_stall resets a client that never reads, and memory stays bounded until then', async () => {
    let atBackend: Promise<Heard> | undefined;
    const { port } = await serve((socket) => {
      atBackend = hear(socket);
      flood(socket);
    });
    const sluice = await startSluice(relay([port], STALL));
    const descriptors = sluice.fdCount();
    const growth = watchMemory(sluice);
    const client = neverReading(sluice.address().port);
    await stalls(sluice, growth);
    expect((await atBackend)?.end).toBe('ECONNRESET');
    client.write('read\n');
    expect(await reportOf(client, 'end')).toMatchObject({ end: 'ECONNRESET' });
    await eventually(() => sluice.fdCount() <= descriptors, `descriptors to return to ${descriptors}`);
  });

  test('timeouts.write_stall resets a backend that never reads, and memory stays bounded until then', async () => {
    const backend = neverReading();
    const sluice = await startSluice(relay([await portOf(backend)], STALL));
    const descriptors = sluice.fdCount();
    const growth = watchMemory(sluice);
    const client = await dial(sluice.address());
    const atClient = hear(client);
    flood(client);
    await stalls(sluice, growth);
    expect((await atClient).end).toBe('ECONNRESET');
    backend.write('read\n');
    expect(await reportOf(backend, 'end')).toMatchObject({ end: 'ECONNRESET' });
    await eventually(() => sluice.fdCount() <= descriptors, `descriptors to return to ${descriptors}`);
  });
});

test('a client that has no room for longer than socket.user_timeout is lost, which the log tells from a reset', async () => {
  const { port } = await serve(flood);
  const sluice = await startSluice(relay([port], 'socket: { user_timeout: 1s }'));
  // Its kernel says at every probe that there is no room.
  const client = await dial(sluice.address());
  client.pause();
  const [log] = await sluice.waitForClosed(1);
  expect(log).toMatchObject({ reason: 'client-reset', during: 'streaming', error: 'ETIMEDOUT' });
});

/** These listen, or are the clients of a port. */
function flooding(port?: number): Child {
  return pythonPeer('flooding.py', port);
}

function neverReading(port?: number): Child {
  return pythonPeer('never-reads.py', port);
}

function pythonPeer(script: string, port: number | undefined): Child {
  const path = fileURLToPath(new URL(`../../support/peers/${script}`, import.meta.url));
  return start(program('python3'), ['-u', path, ...(port === undefined ? [] : [String(port)])]);
}

/** Waits for the connection to be ended by its deadline, and looks at memory meanwhile. */
async function stalls(sluice: Sluice, growth: () => number): Promise<void> {
  let most = 0;
  const log = await eventually(
    () => {
      most = Math.max(most, growth());
      return sluice.closedLogs()[0];
    },
    'the connection to be ended',
    LATE_MS_MAX,
  );
  console.log(`resident memory grew by ${(most / MIB).toFixed(1)} MiB, ${log.duration_ms} ms`);
  expect(log).toMatchObject({ reason: 'write-stall-timeout', by: 'proxy' });
  expect(log.duration_ms).toBeGreaterThanOrEqual(1_000);
  expect(most).toBeLessThan(RSS_GROWTH_MAX);
}

function watchMemory(sluice: Sluice): () => number {
  const before = sluice.rssBytes();
  return () => sluice.rssBytes() - before;
}

function underWays(backend: Child | undefined): number {
  return backend === undefined
    ? 0
    : reports<{ underWay?: boolean }>(backend).filter((line) => line.underWay).length;
}
