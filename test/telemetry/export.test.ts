import { Socket } from 'node:net';
import { diag, metrics, trace } from '@opentelemetry/api';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FACTS_WAITING_MAX } from '../../src/core/fact-queue.ts';
import type { Watched } from '../../src/core/watcher.ts';
import { SPANS_WAITING_MAX } from '../../src/telemetry/span-gate.ts';
import { startTelemetry } from '../../src/telemetry/start.ts';
import { type Behaviour, type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { parsePrometheus } from '../support/prometheus.ts';
import { aClosedFact, aLogOutput, aPlan, aWatched, LASTING, parsed } from './samples.ts';

const LOOPBACK = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
const SPANS_OF_A_FACT = LASTING.length + 2;
const CLOSE_MS_MAX = 5_000;
const receivers: OtlpReceiver[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  for (const receiver of receivers.splice(0)) await receiver.close();
});

async function receiving(behaviour: Behaviour): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver(behaviour);
  receivers.push(receiver);
  return receiver;
}

function emit(watched: Watched, count: number): void {
  for (let i = 0; i < count; i++) {
    watched.facts.emit(aClosedFact({ traceId: (i + 1).toString(16).padStart(32, '0') }));
    if (i % (FACTS_WAITING_MAX / 4) === 0) watched.facts.flush();
  }
  watched.facts.flush();
}

async function droppedSpans(url: string | undefined): Promise<number> {
  return parsePrometheus(await (await fetch(url as string)).text()).sum('sluice_spans_dropped_total');
}

describe('export', () => {
  it('contacts nobody where no endpoint is set', async () => {
    const connect = vi.spyOn(Socket.prototype, 'connect');
    const { watched } = aWatched(aPlan({ prometheus: LOOPBACK }));
    const output = aLogOutput();
    const watcher = await startTelemetry(watched, output, {});
    emit(watched, 100);
    await watcher.close();
    expect(connect).not.toHaveBeenCalled();
    expect(parsed(output.lines).filter(({ event }) => event !== 'connection.closed')).toEqual([]);
  });

  it('goes where the environment says when the plan has no endpoint', async () => {
    const receiver = await receiving('accept');
    const { watched } = aWatched(aPlan());
    vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'deployment.environment.name=test');
    vi.stubEnv('OTEL_SERVICE_NAME', 'gate');
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const watcher = await startTelemetry(watched, aLogOutput(), environment);
    emit(watched, 1);
    await watcher.close();
    expect(receiver.spans()).toHaveLength(SPANS_OF_A_FACT);
    expect(receiver.spans()[0]?.resource).toMatchObject({
      'service.name': 'gate',
      'deployment.environment.name': 'test',
    });
    expect(receiver.metrics().length).toBeGreaterThan(0);
  });

  it('goes where the plan says even if the SDK is disabled by the environment', async () => {
    const receiver = await receiving('accept');
    vi.stubEnv('OTEL_SDK_DISABLED', 'true');
    vi.stubEnv('OTEL_LOG_LEVEL', 'debug');
    const consoleLogger = vi.spyOn(diag, 'setLogger');
    const { watched } = aWatched(aPlan({ otlp: receiver.url }));
    const watcher = await startTelemetry(watched, aLogOutput(), process.env);
    emit(watched, 1);
    await watcher.close();
    expect(receiver.spans()).toHaveLength(SPANS_OF_A_FACT);
    expect(consoleLogger).not.toHaveBeenCalled();
    expect(process.env['OTEL_SDK_DISABLED']).toBe('true');
  });

  it('of two services in one process goes each to its own receiver, with nothing left in the global slots', async () => {
    const [one, two] = [await receiving('accept'), await receiving('accept')];
    const first = aWatched(aPlan({ otlp: one.url }));
    const second = aWatched(aPlan({ otlp: two.url }));
    const meters = metrics.getMeterProvider();
    const watchers = [
      await startTelemetry(first.watched, aLogOutput(), {}),
      await startTelemetry(second.watched, aLogOutput(), {}),
    ];
    first.watched.facts.emit(aClosedFact({ traceId: 'a'.repeat(32) }));
    second.watched.facts.emit(aClosedFact({ traceId: 'b'.repeat(32) }));
    for (const watcher of watchers) await watcher.close();
    expect(new Set(one.spans().map(({ traceId }) => traceId))).toEqual(new Set(['a'.repeat(32)]));
    expect(new Set(two.spans().map(({ traceId }) => traceId))).toEqual(new Set(['b'.repeat(32)]));
    expect(metrics.getMeterProvider()).toBe(meters);
    const logs = Symbol.for('io.opentelemetry.js.api.logs');
    expect(Object.getOwnPropertySymbols(globalThis)).not.toContain(logs);
    expect(trace.getTracer('a host').startSpan('x').isRecording()).toBe(false);
  });

  it('sends all that waits at close, however many requests that takes', async () => {
    const receiver = await receiving('accept');
    const { watched } = aWatched(aPlan({ otlp: receiver.url, accessLog: { to: 'off' } }));
    const watcher = await startTelemetry(watched, aLogOutput(), {});
    const traces = Math.floor(SPANS_WAITING_MAX / SPANS_OF_A_FACT);
    emit(watched, traces);
    await watcher.close();
    expect(receiver.spans()).toHaveLength(traces * SPANS_OF_A_FACT);
  });

  it('drops whole traces when too many spans wait, and counts every span of them', async () => {
    const receiver = await receiving('accept');
    const plan = aPlan({ otlp: receiver.url, prometheus: LOOPBACK, accessLog: { to: 'off' } });
    const { watched } = aWatched(plan);
    const watcher = await startTelemetry(watched, aLogOutput(), {});
    const traces = Math.floor(SPANS_WAITING_MAX / SPANS_OF_A_FACT) + 500;
    emit(watched, traces);
    const dropped = await droppedSpans(watcher.urls['metrics']);
    await watcher.close();
    expect(dropped).toBeGreaterThan(0);
    expect(dropped % SPANS_OF_A_FACT).toBe(0);
    expect(receiver.spans().length + dropped).toBe(traces * SPANS_OF_A_FACT);
  });

  it('counts what a receiver refuses, and warns of it in one line', async () => {
    const receiver = await receiving(400);
    const plan = aPlan({ otlp: receiver.url, prometheus: LOOPBACK, accessLog: { to: 'off' } });
    const { watched } = aWatched(plan);
    const output = aLogOutput();
    const watcher = await startTelemetry(watched, output, {});
    emit(watched, 200);
    const url = watcher.urls['metrics'];
    await vi.waitUntil(async () => (await droppedSpans(url)) === 200 * SPANS_OF_A_FACT, 10_000);
    await watcher.close();
    const warnings = parsed(output.lines).filter(({ level }) => level === 'warn');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({
      event: 'telemetry.export_failed',
      signal: 'traces',
      endpoint: `${receiver.url}/v1/traces`,
      cause: 'Bad Request',
    });
  });

  it('ends with close in time and says what was lost where a receiver hangs', async () => {
    const receiver = await receiving('hang');
    const { watched } = aWatched(aPlan({ otlp: receiver.url, accessLog: { to: 'off' } }));
    const output = aLogOutput();
    const watcher = await startTelemetry(watched, output, {});
    emit(watched, 10);
    const from = performance.now();
    await watcher.close();
    expect(performance.now() - from).toBeLessThan(CLOSE_MS_MAX);
    expect(output.closed()).toBe(true);
    expect(parsed(output.lines).at(-1)).toMatchObject({
      event: 'telemetry.spans_lost',
      spans: 10 * SPANS_OF_A_FACT,
    });
  });
});
