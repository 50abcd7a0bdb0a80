import { afterEach, describe, expect, it } from 'vitest';
import { CLOSE_REASON_NAMES, CLOSE_REASONS, type CloseReason } from '../../src/core/close-reason.ts';
import type { ClosedFact } from '../../src/core/facts.ts';
import type { TelemetryPlan } from '../../src/core/plan.ts';
import { STATES } from '../../src/core/state.ts';
import { startTelemetry } from '../../src/telemetry/start.ts';
import { type DecodedSpan, type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts';
import {
  aClosedFact,
  aFactOfADeadShard,
  aListener,
  aLogOutput,
  aPlan,
  aWatched,
  LASTING,
  OPENED,
  visitsOf,
} from './samples.ts';

const receivers: OtlpReceiver[] = [];

afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close();
});

/** The spans that a real receiver gets for these facts, after telemetry was closed. */
async function spansOf(
  facts: readonly ClosedFact[],
  telemetry: Partial<TelemetryPlan> = {},
): Promise<readonly DecodedSpan[]> {
  const receiver = await startOtlpReceiver();
  receivers.push(receiver);
  const { watched } = aWatched(aPlan({ otlp: receiver.url, ...telemetry }));
  const watcher = await startTelemetry(watched, aLogOutput(), {});
  for (const fact of facts) watched.facts.emit(fact);
  await watcher.close();
  return receiver.spans();
}

const nanoOf = (ms: number): bigint => BigInt(Math.floor(ms)) * 1_000_000n + BigInt((ms % 1) * 1e6);

describe('a trace, received over OTLP', () => {
  it('has a root and one child for each state of the life, closed included, all in the trace of the fact', async () => {
    const spans = await spansOf([aClosedFact()]);
    const root = spans.find(({ parentSpanId }) => parentSpanId === '') as DecodedSpan;
    const children = spans.filter((span) => span !== root);
    expect(root.name).toBe('connection');
    expect(root.kind).toBe(2);
    expect(children.map(({ name }) => name)).toEqual([...STATES]);
    expect(new Set(children.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set([root.spanId]));
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(
      new Set(['0af7651916cd43dd8448eb211c80319c']),
    );
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
  });

  it('goes on from the span of the proxy in front, with the id of its own that the backend was told', async () => {
    const told = { spanId: '00f067aa0ba902b7', parentSpanId: 'b7ad6b7169203331' };
    const spans = await spansOf([aClosedFact(told), aClosedFact({ traceId: 'f'.repeat(32) })]);
    const [root, other] = spans.filter(({ name }) => name === 'connection') as [DecodedSpan, DecodedSpan];
    expect(root).toMatchObject({ ...told, traceId: '0af7651916cd43dd8448eb211c80319c' });
    const children = spans.filter(({ parentSpanId }) => parentSpanId === root.spanId);
    expect(children.map(({ name }) => name)).toEqual([...STATES]);
    expect(other).toMatchObject({ parentSpanId: '', traceId: 'f'.repeat(32) });
    expect(other.spanId).not.toBe(told.spanId);
  });

  it('has the times of the facts, each state beginning where the one before ended, inside the root', async () => {
    const spans = await spansOf([aClosedFact()]);
    const root = spans.find(({ parentSpanId }) => parentSpanId === '') as DecodedSpan;
    const children = spans.filter((span) => span !== root);
    expect(root.start).toBe(nanoOf(OPENED));
    expect(root.end).toBe(nanoOf(OPENED + LASTING.length * 10) + 1n);
    let at = root.start;
    for (const child of children) {
      expect(child.start).toBe(at);
      expect(child.end).toBeGreaterThan(child.start);
      at = child.end;
    }
    expect(at).toBe(root.end);
  });

  it('has no span without a length, of which Jaeger warns, and none that outlasts the root', async () => {
    const visits = [{ state: 'accepting' as const, from: OPENED, to: OPENED }];
    const spans = await spansOf([aClosedFact({ at: OPENED, visits, attempts: [] })]);
    expect(spans).toHaveLength(3);
    for (const { start, end } of spans) expect([start, end]).toEqual([nanoOf(OPENED), nanoOf(OPENED) + 1n]);
  });

  it('names what is known by the semantic conventions, and leaves out what is not', async () => {
    const [full, bare] = await spansOf([
      aClosedFact({ undeliveredDown: 7, backend: 1, protocol: 'http1' }),
      aClosedFact({
        traceId: '1'.repeat(32),
        client: 'unix:/run/sluice.sock',
        local: 'unix:/run/sluice.sock',
        reason: 'no-route',
        during: 'routing',
        visits: visitsOf(['accepting', 'sniffing', 'routing']),
        protocol: 'unknown',
        sni: null,
        route: null,
        pool: -1,
        backend: -1,
        attempts: [],
        firstByteMs: -1,
      }),
    ]).then((spans) => spans.filter(({ parentSpanId }) => parentSpanId === ''));
    expect(full?.attributes).toMatchObject({
      'client.address': '192.0.2.77',
      'client.port': 50123,
      'network.local.address': '127.0.0.1',
      'network.local.port': 7443,
      'server.address': '::1',
      'server.port': 9002,
      'network.transport': 'tcp',
      'network.protocol.name': 'http',
      'network.protocol.version': '1.1',
      'tls.client.server_name': 'www.example.com',
      'sluice.listener': 'edge',
      'sluice.route': 'edge/0',
      'sluice.pool': 'web',
      'sluice.backend': 'b',
      'sluice.connection.id': '010200000003',
      'sluice.bytes.up': 1234,
      'sluice.bytes.down': 5678,
      'sluice.undelivered.down': 7,
      'sluice.first_byte_ms': 3.5,
      'sluice.dial.attempts': 1,
      'sluice.close.reason': 'client-fin',
      'sluice.close.by': 'client',
      'sluice.close.during': 'draining',
    });
    expect(full?.resource).toMatchObject({ 'service.name': 'sluice', 'service.version': '1.2.3' });
    expect(Object.keys(full?.resource ?? {})).not.toContain('process.command_args');
    expect(bare?.attributes['client.address']).toBe('/run/sluice.sock');
    expect(bare?.attributes['network.transport']).toBe('unix');
    for (const absent of ['server.address', 'network.protocol.name', 'sluice.pool', 'tls.client.server_name'])
      expect(bare?.attributes).not.toHaveProperty(absent);
  });

  it('says on its root what the kernel knew of each leg, and nothing of one of which it knew nothing', async () => {
    const clientTcp = { rttUs: 210, rttVarUs: 35, retransmits: 2, deliveryRate: 8e9 };
    const backendTcp = { rttUs: 90, rttVarUs: 8, retransmits: 0, deliveryRate: 7e6 };
    const spans = await spansOf([
      aClosedFact({ clientTcp, backendTcp }),
      aClosedFact({ traceId: '1'.repeat(32), backendTcp }),
      aClosedFact({ traceId: '2'.repeat(32) }),
    ]);
    const client = {
      'sluice.client.tcp.rtt_us': 210,
      'sluice.client.tcp.rtt_var_us': 35,
      'sluice.client.tcp.retransmits': 2,
      'sluice.client.tcp.delivery_rate': 8e9,
    };
    const backend = {
      'sluice.backend.tcp.rtt_us': 90,
      'sluice.backend.tcp.rtt_var_us': 8,
      'sluice.backend.tcp.retransmits': 0,
      'sluice.backend.tcp.delivery_rate': 7e6,
    };
    const ofLegs = spans.map(({ attributes }) =>
      Object.fromEntries(Object.entries(attributes).filter(([name]) => name.includes('.tcp.'))),
    );
    const roots = ofLegs.filter((_, i) => spans[i]?.parentSpanId === '');
    expect(roots).toEqual([{ ...client, ...backend }, backend, {}]);
    expect(ofLegs.filter((found) => Object.keys(found).length > 0)).toHaveLength(2);
  });

  it('shows each attempt to dial on the stay in dialing that it belongs to, the failed ones as errors', async () => {
    const visits = visitsOf([
      'accepting',
      'sniffing',
      'routing',
      'dialing',
      'dialing',
      'streaming',
      'draining',
    ]);
    const [first, second] = visits.filter(({ state }) => state === 'dialing');
    const spans = await spansOf([
      aClosedFact({
        visits,
        at: OPENED + 70,
        backend: 1,
        attempts: [
          { backend: 0, from: first?.from ?? 0, to: first?.to ?? 0, error: 'ECONNREFUSED' },
          { backend: 1, from: second?.from ?? 0, to: second?.to ?? 0, error: '' },
        ],
      }),
    ]);
    const [failed, connected] = spans.filter(({ name }) => name === 'dialing');
    expect(failed?.status).toEqual({ code: 2, message: 'ECONNREFUSED' });
    expect(failed?.attributes).toMatchObject({ 'server.port': 9001, 'sluice.dial.error': 'ECONNREFUSED' });
    expect(failed?.events.map(({ name }) => name)).toEqual(['sluice.dial.attempt']);
    expect(connected?.status.code).toBe(0);
    expect(connected?.attributes).toMatchObject({ 'server.port': 9002, 'sluice.backend': 'b' });
    expect(connected?.attributes).not.toHaveProperty('sluice.dial.error');
  });

  it('has the status of its close reason: unset for a clean end, an error that says why for any other', async () => {
    const traceOf = (reason: CloseReason): string =>
      (CLOSE_REASON_NAMES.indexOf(reason) + 1).toString(16).padStart(32, '0');
    const spans = await spansOf(
      CLOSE_REASON_NAMES.map((reason) =>
        aClosedFact({ reason, traceId: traceOf(reason), during: 'streaming' }),
      ),
    );
    for (const reason of CLOSE_REASON_NAMES) {
      const trace = spans.filter(({ traceId }) => traceId === traceOf(reason));
      const root = trace.find(({ parentSpanId }) => parentSpanId === '');
      const streaming = trace.find(({ name }) => name === 'streaming');
      expect(trace).toHaveLength(STATES.length + 1);
      if (CLOSE_REASONS[reason].clean) {
        expect(root?.status.code, reason).toBe(0);
        expect(root?.attributes).not.toHaveProperty('error.type');
        expect(streaming?.status.code, reason).toBe(0);
      } else {
        expect(root?.status).toEqual({ code: 2, message: `${reason}: ${CLOSE_REASONS[reason].meaning}` });
        expect(root?.attributes['error.type']).toBe(reason);
        expect(streaming?.status).toEqual({ code: 2, message: reason });
      }
    }
  });

  it('of a connection that died with its shard is a root alone, with its times and why it ended', async () => {
    const spans = await spansOf([aFactOfADeadShard({ at: OPENED + 1234.5 })]);
    const [root] = spans;
    expect(spans).toHaveLength(1);
    expect(root).toMatchObject({
      name: 'connection',
      parentSpanId: '',
      traceId: '0af7651916cd43dd8448eb211c80319c',
    });
    expect([root?.start, root?.end]).toEqual([nanoOf(OPENED), nanoOf(OPENED + 1234.5)]);
    const { meaning } = CLOSE_REASONS['shard-failed'];
    expect(root?.status).toEqual({ code: 2, message: `shard-failed: ${meaning}` });
    expect(root?.attributes).toMatchObject({
      'sluice.listener': 'edge',
      'sluice.close.reason': 'shard-failed',
      'sluice.close.by': 'proxy',
      'error.type': 'shard-failed',
    });
    for (const unknown of [
      'sluice.close.during',
      'sluice.bytes.up',
      'sluice.bytes.down',
      'sluice.dial.attempts',
    ])
      expect(root?.attributes).not.toHaveProperty(unknown);
  });

  it('has the names of the plan in force when the connection has ended', async () => {
    const receiver = await startOtlpReceiver();
    receivers.push(receiver);
    const plan = aPlan({ otlp: receiver.url });
    const { watched, reload } = aWatched(plan);
    const watcher = await startTelemetry(watched, aLogOutput(), {});
    reload({ ...plan, version: 2, listeners: [...plan.listeners, aListener(2, 'late')] });
    watched.facts.emit(aClosedFact({ listener: 2 }));
    await watcher.close();
    const root = receiver.spans().find(({ parentSpanId }) => parentSpanId === '');
    expect(root?.attributes['sluice.listener']).toBe('late');
  });

  it('says why it is kept: by the share, or by the rule that has added it', async () => {
    const also = { setupOverMs: 0, firstByteOverMs: 0, lastedOverMs: 0, matches: [], perSecond: 100 };
    const spans = await spansOf(
      [
        aClosedFact(),
        aClosedFact({ traceId: 'b'.repeat(32), sampled: false, reason: 'idle-timeout' }),
        aClosedFact({ traceId: 'c'.repeat(32), sampled: false }),
      ],
      { also: { ...also, failed: true } },
    );
    const roots = spans.filter(({ parentSpanId }) => parentSpanId === '');
    expect(roots.map(({ traceId, attributes }) => [traceId[0], attributes['sluice.trace.kept_by']])).toEqual([
      ['0', 'sample'],
      ['b', 'failed'],
    ]);
    expect(spans.filter(({ traceId }) => traceId === 'b'.repeat(32))).toHaveLength(STATES.length + 1);
  });

  it('is not made for a connection that is not sampled', async () => {
    const spans = await spansOf([
      aClosedFact({ sampled: false, traceId: 'a'.repeat(32) }),
      aClosedFact({ traceId: 'b'.repeat(32) }),
    ]);
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set(['b'.repeat(32)]));
  });

  it('carries a server name that is hostile, cut and well-formed', async () => {
    const [root] = (await spansOf([aClosedFact({ sni: `\ud800${'x'.repeat(65_536)}` })])).filter(
      ({ parentSpanId }) => parentSpanId === '',
    );
    const sni = String(root?.attributes['tls.client.server_name']);
    expect(sni.startsWith('\ufffdxxx')).toBe(true);
    expect(sni.length).toBeLessThan(300);
  });
});
