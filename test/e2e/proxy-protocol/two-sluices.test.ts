import { describe, expect, test } from 'vitest';
import type { ClosedLog } from '../../support/logs.ts';
import { type DecodedSpan, type OtlpReceiver, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { type Sluice, startSluice } from '../../support/sluice.ts';
import { dial, hear, serve, write } from '../../support/tcp.ts';

describe('two Sluices in a row', () => {
  test('make one trace: the root of the second is a child in the first', async () => {
    const { receiver, first, second } = await inARow('[trace, crc32c]');
    const { client, lines } = await passThrough(first, second);
    expect(lines[1].trace_id).toBe(lines[0].trace_id);
    expect(lines[1]).toMatchObject({ client, reason: 'client-fin' });
    expect(lines[1]['client']).toBe(lines[0]['client']);

    await second.stop();
    await first.stop();
    const spans = receiver.spans().filter(({ traceId }) => traceId === lines[0].trace_id);
    const root = rootOf(spans, first);
    expect(root.parentSpanId).toBe('');
    expect(rootOf(spans, second).parentSpanId).toBe(root.spanId);
  });

  test('of which the first does not tell of the trace make two', async () => {
    const { receiver, first, second } = await inARow('[crc32c]');
    const { lines } = await passThrough(first, second);
    expect(lines[1].trace_id).not.toBe(lines[0].trace_id);
    await second.stop();
    await first.stop();
    const roots = [rootOf(receiver.spans(), first), rootOf(receiver.spans(), second)];
    expect(roots.map(({ parentSpanId }) => parentSpanId)).toEqual(['', '']);
  });
});

/** A Sluice that sends these TLVs, one that requires a header behind it, and an echo server. */
async function inARow(tlvs: string) {
  const receiver: OtlpReceiver = await startOtlpReceiver();
  const echo = await serve((socket) => socket.pipe(socket));
  const telemetry = `telemetry: { traces: { otlp: "${receiver.url}" } }`;
  const second = await startSluice(`
listeners: [{ name: second, listen: 127.0.0.1:0, proxy_protocol: require, trusted: [127.0.0.1], to: echo }]
pools: { echo: { backends: ["127.0.0.1:${echo.port}"] } }
${telemetry}
`);
  const { host, port } = second.address();
  const first = await startSluice(`
listeners: [{ name: first, listen: 127.0.0.1:0, to: second }]
pools: { second: { backends: ["${host}:${port}"], connect: { proxy_protocol: { version: v2, tlvs: ${tlvs} } } } }
${telemetry}
`);
  return { receiver, first, second };
}

/** One client of both, and the line of each. */
async function passThrough(first: Sluice, second: Sluice) {
  const socket = await dial(first.address());
  const client = `127.0.0.1:${socket.localPort}`;
  const heard = hear(socket);
  await write(socket, Buffer.from('there and back'));
  socket.end();
  expect(await heard).toMatchObject({ bytes: 14, end: 'fin' });
  const [[one], [two]] = await Promise.all([first.waitForClosed(1), second.waitForClosed(1)]);
  return { client, lines: [one as ClosedLog, two as ClosedLog] as const };
}

/** The one span of the connection as a whole that a Sluice has sent. */
function rootOf(spans: readonly DecodedSpan[], sluice: Sluice): DecodedSpan {
  const name = Object.keys(sluice.listeners)[0];
  const roots = spans.filter(
    (span) => span.name === 'connection' && span.attributes['sluice.listener'] === name,
  );
  expect(roots, `root spans of ${name}`).toHaveLength(1);
  return roots[0] as DecodedSpan;
}
