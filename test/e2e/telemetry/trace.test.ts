import { describe, expect, test } from 'vitest';
import type { ClosedLog } from '../../support/logs.ts';
import { type DecodedSpan, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { dial, hear, serve, write } from '../../support/tcp.ts';

/** What a log line tells of the states a connection was in. */
type States = Record<string, number>;

async function world() {
  const receiver = await startOtlpReceiver();
  const echo = await serve((socket) => socket.pipe(socket));
  const sluice = await startSluice(`
listeners:
  - { name: edge, listen: 127.0.0.1:0, to: echo }
  - { name: refused, listen: 127.0.0.1:0, to: nobody }
  - { name: closed, listen: 127.0.0.1:0, deny: [127.0.0.0/8], to: echo }
  - { name: quiet, listen: 127.0.0.1:0, to: echo, timeouts: { idle: 200ms } }
pools:
  echo: { backends: [127.0.0.1:${echo.port}], health: off }
  nobody: { backends: [127.0.0.1:1], health: off, connect: { retries: 1 } }
telemetry: { traces: { otlp: "${receiver.url}" }, metrics: { prometheus: 127.0.0.1:0 } }
`);
  return { receiver, sluice };
}

/** One connection for each way to end that this world knows; resolves when all are logged. */
async function ends(sluice: Sluice): Promise<readonly ClosedLog[]> {
  const clean = await dial(sluice.address('edge'));
  const heard = hear(clean);
  clean.end('there and back');
  await heard;
  const reset = await dial(sluice.address('edge'));
  await write(reset, Buffer.from('x'));
  await new Promise((resolve) => reset.once('data', resolve));
  reset.resetAndDestroy();
  for (const name of ['refused', 'closed', 'quiet']) await hear(await dial(sluice.address(name)));
  return sluice.waitForClosed(5);
}

describe('a trace received over OTLP', () => {
  test('has a root for each connection and one child for each state, in order, inside the root', async () => {
    const { receiver, sluice } = await world();
    const logs = await ends(sluice);
    expect(logs.map((log) => log.reason).sort()).toEqual(
      ['client-fin', 'client-reset', 'connect-refused', 'denied', 'idle-timeout'].sort(),
    );
    await sluice.stop();
    const spans = receiver.spans();
    for (const log of logs)
      traceAgrees(
        log,
        spans.filter((span) => span.traceId === log.trace_id),
      );
    expect(new Set(spans.map((span) => span.traceId)).size).toBe(logs.length);
  });
});

describe('the Prometheus page', () => {
  test('agrees with the log: connections, reasons and bytes', async () => {
    const { sluice } = await world();
    const logs = await ends(sluice);
    const metrics = await sluice.scrape();
    for (const listener of ['edge', 'refused', 'closed', 'quiet']) {
      const mine = logs.filter((log) => log.listener === listener);
      expect(metrics.sum('sluice_accepted_total', { listener })).toBe(mine.length);
      expect(metrics.sum('sluice_connections', { listener })).toBe(0);
      for (const { reason } of mine) {
        expect(metrics.sum('sluice_closed_total', { listener, reason })).toBe(
          mine.filter((log) => log.reason === reason).length,
        );
      }
      const up = mine.reduce((sum, log) => sum + log.bytes_up, 0);
      const down = mine.reduce((sum, log) => sum + log.bytes_down, 0);
      expect(metrics.sum('sluice_bytes_total', { listener, direction: 'up' })).toBe(up);
      expect(metrics.sum('sluice_bytes_total', { listener, direction: 'down' })).toBe(down);
    }
    expect(metrics.sum('sluice_connection_duration_count')).toBe(logs.length);
  });
});

function traceAgrees(log: ClosedLog, spans: readonly DecodedSpan[]): void {
  const roots = spans.filter((span) => span.parentSpanId === '');
  expect(roots, `roots of ${log.reason}`).toHaveLength(1);
  const root = roots[0] as DecodedSpan;
  const children = spans.filter((span) => span !== root).sort((a, b) => (a.start < b.start ? -1 : 1));
  expect(children.every((child) => child.parentSpanId === root.spanId)).toBe(true);
  const states = Object.keys(log['states'] as States);
  expect(new Set(children.map((child) => child.name))).toEqual(new Set([...states, 'closed']));
  let at = root.start;
  for (const child of children) {
    expect(child.start >= at, `${child.name} starts after what was before it`).toBe(true);
    expect(child.end >= child.start && child.end <= root.end, `${child.name} lies inside the root`).toBe(
      true,
    );
    at = child.start;
  }
  expect(root.attributes['sluice.close.reason']).toBe(log.reason);
  expect(root.status.code === 2).toBe(log.reason !== 'client-fin');
}
