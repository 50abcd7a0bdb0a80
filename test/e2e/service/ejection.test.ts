import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Child } from '../../support/child.ts';
import type { LogLine } from '../../support/logs.ts';
import { start } from '../../support/process.ts';
import { sharingNode } from '../../support/sharing-node.ts';
import { type ShortConnections, shortConnections } from '../../support/short-connections.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';

const ECHO = fileURLToPath(new URL('../../support/peers/echo-at.mjs', import.meta.url));
const CLIENTS = 8;
const NAMES = ['a', 'b', 'c'] as const;

interface Backend {
  readonly child: Child;
  readonly port: number;
}

async function echo(port = 0): Promise<Backend> {
  const child = start(process.execPath, [ECHO, '127.0.0.1', String(port)]);
  return { child, port: JSON.parse(await child.waitForLine(/port/)).port };
}

function config(backends: readonly Backend[], plane: string): string {
  const list = backends.map(({ port }, index) => `{ name: ${NAMES[index]}, address: 127.0.0.1:${port} }`);
  return `
listeners: [{ name: edge, listen: 127.0.0.1:0, to: web }]
pools:
  web:
    backends: [${list.join(', ')}]
    passive:
      failures: 3
      count: [refused, unreachable, timeout, reset, silence]
      first_byte: 1500ms
      eject: 1s
    on_down: reset
    connect: { retries: 2, timeout: 1s }
admin: { listen: 127.0.0.1:0 }
telemetry: { metrics: { prometheus: 127.0.0.1:0 } }
workers: 2
plane: ${plane}
`;
}

/** Lines about ejections of a backend, in order. */
function changesOf(sluice: Sluice, backend: string): LogLine[] {
  return sluice.logs.filter(
    ({ event, backend: of }) => /^backend\.(ejected|returned)$/.test(event) && of === backend,
  );
}

/** Milliseconds since 1970. */
function timeOf(line: LogLine): number {
  return Date.parse(String(line['time']));
}

/** The line that tells of its ejection after `from`. */
function ejected(sluice: Sluice, backend: string, from: number): Promise<LogLine> {
  return sluice.waitForLog(
    (line) => line.event === 'backend.ejected' && line['backend'] === backend && timeOf(line) >= from,
  );
}

/** Milliseconds from `from` until a client that came after that was served by it. */
async function servedAgain(sluice: Sluice, backend: string, from: number): Promise<number> {
  const line = await sluice.child.waitFor(
    () =>
      sluice
        .closedLogs()
        .find(
          (one) =>
            one.backend === backend && one.reason === 'client-fin' && timeOf(one) - one.duration_ms > from,
        ),
    `a client that ${backend} serves`,
  );
  return timeOf(line) - from;
}

/** What went wrong for clients that were not being relayed to a backend in trouble. */
function unexplained(sluice: Sluice, load: ShortConnections, troubled: readonly string[]): unknown[] {
  const ended = new Map(
    sluice
      .closedLogs()
      .filter(({ reason }) => reason !== 'client-fin')
      .map((line) => [Number(String(line['client']).split(':')[1]), line]),
  );
  return load.failed
    .map(({ port, error }) => ({
      port,
      error,
      reason: ended.get(port)?.reason,
      backend: ended.get(port)?.backend,
    }))
    .filter(({ backend }) => backend === undefined || backend === null || !troubled.includes(backend));
}

describe.each([
  { plane: 'linux', node: () => process.execPath },
  { plane: 'net', node: sharingNode },
])('backends under short connections, on the $plane plane', ({ plane, node }) => {
  test('one that is killed and one that is stopped are ejected and come back, and no other client notices', async () => {
    const backends = [await echo(), await echo(), await echo()];
    const [, b, c] = backends as [Backend, Backend, Backend];
    const sluice = await startSluice(config(backends, plane), { node: node() });
    const load = shortConnections(sluice.address(), CLIENTS);
    await sluice.waitForClosed(50);

    const killedAt = Date.now();
    b.child.signal('SIGKILL');
    const killed = await ejected(sluice, 'b', killedAt);
    const restartedAt = Date.now();
    await echo(b.port);
    const killedBack = await servedAgain(sluice, 'b', restartedAt);

    const stoppedAt = Date.now();
    c.child.signal('SIGSTOP');
    const stopped = await ejected(sluice, 'c', stoppedAt);
    expect(stopped['cause']).toBe('3 in a row: silence');
    const continuedAt = Date.now();
    c.child.signal('SIGCONT');
    const stoppedBack = await servedAgain(sluice, 'c', continuedAt);

    await load.stop();
    // A client may hear of its end before the log does.
    await sluice.waitForClosed(load.served + load.failed.length);
    console.log(
      `${plane}: SIGKILL found in ${timeOf(killed) - killedAt} ms, used again ${killedBack} ms after its restart; ` +
        `SIGSTOP found in ${timeOf(stopped) - stoppedAt} ms, used again ${stoppedBack} ms after SIGCONT; ` +
        `${load.served} clients served, ${load.failed.length} were being relayed to it`,
    );
    expect(unexplained(sluice, load, ['b', 'c'])).toEqual([]);
    expect(load.served).toBeGreaterThan(100);
    for (const backend of ['b', 'c']) {
      const events = changesOf(sluice, backend).map(({ event }) => event);
      const inTurns = events.map((_, place) => (place % 2 === 0 ? 'backend.ejected' : 'backend.returned'));
      expect(events, 'one line for each change').toEqual(inTurns);
    }
    expect(changesOf(sluice, 'a')).toEqual([]);
    const metrics = await sluice.scrape();
    expect(metrics.sum('sluice_backend_ejections_total', { backend: 'c', cause: 'silence' })).toBeGreaterThan(
      0,
    );
  });
});
