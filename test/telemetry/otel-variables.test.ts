import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Plan } from '../../src/core/plan.ts';
import { samplerOf } from '../../src/core/trace-sampler.ts';
import { otlpEndpoints } from '../../src/telemetry/endpoints.ts';
import { exportTls, metricTimes, prometheusPage, spanBatches } from '../../src/telemetry/otel-settings.ts';
import { HONOURED_VARIABLES, ignoredVariables } from '../../src/telemetry/otel-variables.ts';
import { startTelemetry } from '../../src/telemetry/start.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { freePort } from '../support/ports.ts';
import { parsePrometheus } from '../support/prometheus.ts';
import { aClosedFact, aLogOutput, aPlan, aWatched, LASTING, parsed } from './samples.ts';

const SPANS_OF_A_FACT = LASTING.length + 2;
const receivers: OtlpReceiver[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const receiver of receivers.splice(0)) await receiver.close();
});

/** What a receiver has after three connections, and the log, with these variables set. */
async function sent(
  variables: Record<string, string>,
  plan: Plan = aPlan(),
  base = 'OTEL_EXPORTER_OTLP_ENDPOINT',
) {
  const receiver = await startOtlpReceiver();
  receivers.push(receiver);
  const all = { [base]: receiver.url, ...variables };
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
  const { watched } = aWatched(plan);
  const output = aLogOutput();
  const watcher = await startTelemetry(watched, output, process.env);
  for (let i = 1; i <= 3; i++) watched.facts.emit(aClosedFact({ traceId: `${i}`.repeat(32) }));
  watched.facts.flush();
  const { urls } = watcher;
  const page = urls['metrics'] === undefined ? null : await (await fetch(urls['metrics'])).text();
  await watcher.close();
  return { receiver, page, warnings: parsed(output.lines).filter(({ level }) => level === 'warn') };
}

const traces = (receiver: OtlpReceiver): number =>
  receiver.requests().filter((request) => request.endsWith('/v1/traces')).length;

describe('what a receiver gets is as the environment says', () => {
  it('with headers, those of the signal before the common ones, and compressed', async () => {
    const { receiver, warnings } = await sent({
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=all,x-common=1',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-tenant=traces',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_TIMEOUT: '3000',
    });
    const of = (signal: string) => receiver.headers()[receiver.requests().indexOf(`POST /v1/${signal}`)];
    const gzip = { 'x-common': '1', 'content-encoding': 'gzip' };
    expect(of('traces')).toMatchObject({ 'x-tenant': 'traces', ...gzip });
    expect(of('metrics')).toMatchObject({ 'x-tenant': 'all', ...gzip });
    expect(receiver.spans()).toHaveLength(3 * SPANS_OF_A_FACT);
    expect(warnings).toEqual([]);
  });

  it('in requests of the size that OTEL_BSP_MAX_EXPORT_BATCH_SIZE gives', async () => {
    const { receiver } = await sent({ OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '5', OTEL_BSP_SCHEDULE_DELAY: '20' });
    expect(receiver.spans()).toHaveLength(3 * SPANS_OF_A_FACT);
    expect(traces(receiver)).toBe(Math.ceil((3 * SPANS_OF_A_FACT) / 5));
  });

  it('of no more spans than OTEL_BSP_MAX_QUEUE_SIZE lets wait, the others being counted', async () => {
    const prometheus = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
    const queue = { OTEL_BSP_MAX_QUEUE_SIZE: String(SPANS_OF_A_FACT + 1) };
    const { receiver, page } = await sent(queue, aPlan({ prometheus }));
    expect(receiver.spans()).toHaveLength(SPANS_OF_A_FACT);
    expect(parsePrometheus(page ?? '').sum('sluice_spans_dropped_total')).toBe(2 * SPANS_OF_A_FACT);
  });

  it('with no more attributes, and no longer ones, than the limits of OpenTelemetry allow', async () => {
    const { receiver } = await sent({
      OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '4',
      OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '3',
    });
    for (const { attributes } of receiver.spans()) {
      expect(Object.keys(attributes).length).toBeLessThanOrEqual(4);
      for (const value of Object.values(attributes)) expect(String(value).length).toBeLessThanOrEqual(6);
    }
    expect(receiver.spans()[0]?.attributes['network.transport'] ?? 'tcp').toBe('tcp');
  });

  it('without a signal that its exporter is none for, and with a page where prometheus is listed', async () => {
    const { receiver, page } = await sent({
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_METRICS_EXPORTER: 'otlp,prometheus',
      OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
      OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
    });
    expect(receiver.spans()).toEqual([]);
    expect(receiver.metrics().length).toBeGreaterThan(0);
    expect(page).toContain('sluice_accepted_total');
  });
});

describe('a variable without effect', () => {
  it('is told in one line with the others, each with what would have one', async () => {
    const { warnings, receiver } = await sent({
      OTEL_TRACES_SAMPLER: 'jaeger_remote',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_BLRP_SCHEDULE_DELAY: '5',
      OTEL_LOG_LEVEL: 'debug',
      OTEL_EXPORTER_OTLP_CERTIFICATE: '/no/such/file.pem',
    });
    expect(warnings.filter(({ event }) => event === 'telemetry.variables_ignored')).toEqual([
      expect.objectContaining({
        variables: {
          OTEL_TRACES_SAMPLER:
            'expected always_on, always_off or traceidratio, alone or after "parentbased_"',
          OTEL_EXPORTER_OTLP_PROTOCOL: 'expected http/protobuf',
          OTEL_BLRP_SCHEDULE_DELAY: 'it has no meaning for Sluice',
          OTEL_LOG_LEVEL: 'expected none',
        },
      }),
      ...Array.from({ length: 2 }, () =>
        expect.objectContaining({
          variables: { OTEL_EXPORTER_OTLP_CERTIFICATE: expect.stringContaining('ENOENT') as string },
        }),
      ),
    ]);
    expect(receiver.spans()).toHaveLength(3 * SPANS_OF_A_FACT);
  });

  it('is none that is empty, and none that the documentation lists as honoured', () => {
    expect(ignoredVariables({ OTEL_WHATEVER: ' ', PATH: 'x' })).toEqual([]);
    const page = readFileSync(new URL('../../docs/telemetry.md', import.meta.url), 'utf8');
    const listed = new Set(page.match(/OTEL_[A-Z_]+(?=`)/g));
    expect(HONOURED_VARIABLES.filter((name) => !listed.has(name))).toEqual([]);
  });
});

describe('the settings of the environment', () => {
  it('say how spans wait and go, within limits; what is no number above 0 counts as not set', () => {
    const unset = spanBatches({});
    expect(spanBatches({ OTEL_BSP_MAX_QUEUE_SIZE: '-1', OTEL_BSP_EXPORT_TIMEOUT: 'x' })).toEqual(unset);
    expect(spanBatches({ OTEL_BSP_MAX_QUEUE_SIZE: '10' })).toMatchObject({ waitingMax: 10, perExport: 10 });
    expect(spanBatches({ OTEL_BSP_MAX_QUEUE_SIZE: '99999999' }).waitingMax).toBe(262_144);
    expect(spanBatches({ OTEL_BSP_SCHEDULE_DELAY: '7', OTEL_BSP_EXPORT_TIMEOUT: '8' })).toMatchObject({
      waitMs: 7,
      exportMs: 8,
    });
  });

  it('say how often metrics go, and how long that may take, which is no longer than from one to the next', () => {
    expect(metricTimes({})).toEqual({ intervalMs: 10_000, timeoutMs: 10_000 });
    const interval = { OTEL_METRIC_EXPORT_INTERVAL: '5000' };
    expect(metricTimes({ ...interval, OTEL_METRIC_EXPORT_TIMEOUT: '100' }).timeoutMs).toBe(100);
    expect(metricTimes({ ...interval, OTEL_METRIC_EXPORT_TIMEOUT: '9000' }).timeoutMs).toBe(5_000);
  });

  it('ask for a page only by listing prometheus, on localhost:9464 where they say nothing else', () => {
    expect(prometheusPage({ OTEL_METRICS_EXPORTER: 'otlp' })).toBeNull();
    const listed = { OTEL_METRICS_EXPORTER: 'otlp, prometheus' };
    expect(prometheusPage(listed)).toEqual({ kind: 'tcp', host: 'localhost', port: 9464 });
    expect(prometheusPage({ ...listed, OTEL_SDK_DISABLED: 'true' })).toBeNull();
  });

  it('contact an address that nobody gave only where an exporter is otlp by name', () => {
    expect(otlpEndpoints(null, { OTEL_TRACES_EXPORTER: 'otlp' })).toMatchObject({
      traces: 'http://localhost:4318/v1/traces',
      metrics: null,
    });
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://h:1', OTEL_METRICS_EXPORTER: 'none' };
    expect(otlpEndpoints(null, env)).toMatchObject({ traces: 'http://h:1/v1/traces', metrics: null });
    expect(otlpEndpoints('http://file:1', { OTEL_TRACES_EXPORTER: 'none' }).traces).toBe(
      'http://file:1/v1/traces',
    );
  });

  it('name a sampler by its share and whether it follows the proxy in front', () => {
    const named = (name: string, arg?: string) =>
      samplerOf({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: arg });
    expect(named('always_on')).toEqual({ share: 1, followsParent: false });
    expect(named('parentbased_always_off')).toEqual({ share: 0, followsParent: true });
    expect(named('parentbased_traceidratio', '0.01')).toEqual({ share: 0.01, followsParent: true });
    expect(named('traceidratio', '7')).toEqual({ share: 1, followsParent: false });
    expect([named(''), named('xray')]).toEqual([null, null]);
  });

  it('name files for a receiver by https, those of the signal first', () => {
    const directory = mkdtempSync(join(tmpdir(), 'sluice-test-'));
    const file = (name: string): string => {
      writeFileSync(join(directory, name), name);
      return join(directory, name);
    };
    const environment = {
      OTEL_EXPORTER_OTLP_CERTIFICATE: file('ca'),
      OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: file('ca-traces'),
      OTEL_EXPORTER_OTLP_CLIENT_KEY: file('key'),
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: file('cert'),
    };
    const fail = (): never => {
      throw new Error('every file is there');
    };
    const texts = (signal: 'TRACES' | 'METRICS') =>
      Object.values(exportTls(environment, signal, fail)).map(String);
    expect([texts('TRACES'), texts('METRICS')]).toEqual([
      ['ca-traces', 'cert', 'key'],
      ['ca', 'cert', 'key'],
    ]);
    rmSync(directory, { recursive: true });
  });
});
