import { afterEach, describe, expect, it } from 'vitest';
import { closeReasonIndex } from '../../src/core/close-reason.ts';
import { LIMIT_KINDS } from '../../src/core/facts.ts';
import { MIRROR_COUNTS } from '../../src/core/mirror.ts';
import { STATES, stateIndex } from '../../src/core/state.ts';
import { HEALTHY, UNHEALTHY } from '../../src/core/upstream-table.ts';
import type { Watched, Watcher } from '../../src/core/watcher.ts';
import { METRICS, type MetricMeta } from '../../src/telemetry/names.ts';
import { startTelemetry } from '../../src/telemetry/start.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { type Metrics, parsePrometheus } from '../support/prometheus.ts';
import { aClosedFact, aLogOutput, aPlan, aWatched, OPENED, visitsOf } from './samples.ts';

const LOOPBACK = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
const open: Watcher[] = [];

afterEach(async () => {
  for (const watcher of open.splice(0)) await watcher.close();
});

async function started(shards = 1): Promise<{ watched: Watched; regions: Float64Array[]; url: string }> {
  const { watched, regions } = aWatched(aPlan({ prometheus: LOOPBACK }), shards);
  const watcher = await startTelemetry(watched, aLogOutput(), {});
  open.push(watcher);
  return { watched, regions, url: watcher.urls['metrics'] as string };
}

async function read(url: string): Promise<{ text: string; metrics: Metrics }> {
  const text = await (await fetch(url)).text();
  return { text, metrics: parsePrometheus(text) };
}

const prometheusName = ({ name, kind }: MetricMeta): string =>
  name.replaceAll('.', '_') + (kind === 'counter' ? '_total' : '');

describe('the metrics page', () => {
  it('shows the counters and gauges that the shards wrote, added up over the shards', async () => {
    const { watched, regions, url } = await started(3);
    const { layout } = watched;
    for (const [shard, cells] of regions.entries()) {
      cells[layout.accepted(0)] = 10 + shard;
      cells[layout.accepted(1)] = 1;
      cells[layout.state(0, stateIndex('streaming'))] = 2;
      cells[layout.transition(0, stateIndex('closed'))] = 7;
      cells[layout.closed(0, closeReasonIndex('client-fin'))] = 5;
      cells[layout.bytes(0, 0)] = 2 ** 40;
      cells[layout.bytes(0, 1)] = 3;
      cells[layout.undelivered(1, 1)] = 4;
      cells[layout.limit(1, LIMIT_KINDS.indexOf('process'))] = 6;
      cells[layout.dials(1)] = 8;
      cells[layout.dialFailures(1)] = 9;
      cells[layout.backendBytes(2, 1)] = 11;
      for (const [place, count] of MIRROR_COUNTS.entries()) cells[layout.mirrors(1, count)] = 20 + place;
      cells[layout.factsDropped()] = 1;
    }
    const { metrics } = await read(url);
    const edge = { listener: 'edge' };
    expect(metrics.sum('sluice_accepted_total', edge)).toBe(33);
    expect(metrics.sum('sluice_accepted_total', { listener: 'inner' })).toBe(3);
    expect(metrics.sum('sluice_connections', { ...edge, state: 'streaming' })).toBe(6);
    expect(metrics.sum('sluice_transitions_total', { ...edge, state: 'closed' })).toBe(21);
    expect(metrics.sum('sluice_closed_total', { ...edge, reason: 'client-fin' })).toBe(15);
    expect(metrics.sum('sluice_bytes_total', { ...edge, direction: 'up' })).toBe(3 * 2 ** 40);
    expect(metrics.sum('sluice_bytes_total', { ...edge, direction: 'down' })).toBe(9);
    expect(metrics.sum('sluice_undelivered_total', { listener: 'inner', direction: 'down' })).toBe(12);
    expect(metrics.sum('sluice_limit_rejections_total', { listener: 'inner', limit: 'process' })).toBe(18);
    expect(metrics.sum('sluice_dial_attempts_total', { pool: 'web', backend: 'b' })).toBe(24);
    expect(metrics.sum('sluice_dial_failures_total', { pool: 'web', backend: 'b' })).toBe(27);
    const bytes = { pool: 'shell', backend: 'c', direction: 'down' };
    expect(metrics.sum('sluice_backend_bytes_total', bytes)).toBe(33);
    const inner = { listener: 'inner' };
    expect(metrics.sum('sluice_mirror_bytes_total', inner)).toBe(60);
    expect(metrics.sum('sluice_mirror_dropped_total', inner)).toBe(63);
    expect(metrics.sum('sluice_mirror_differences_total', inner)).toBe(66);
    expect(metrics.sum('sluice_mirror_connections', inner)).toBe(69);
    expect(metrics.sum('sluice_mirror_waiting', inner)).toBe(72);
    expect(metrics.sum('sluice_facts_dropped_total')).toBe(3);
  });

  it('shows what the upstream table has, and no health where none is known', async () => {
    const { watched, url } = await started();
    watched.upstreams.setHealth(0, HEALTHY);
    watched.upstreams.setHealth(1, UNHEALTHY);
    for (let load = 0; load < 6; load++) watched.upstreams.begin(1, 0, load);
    for (let i = 0; i < 4; i++) watched.upstreams.connected(1, 0);
    const { metrics } = await read(url);
    expect(metrics.select('sluice_backend_healthy').map(({ labels, value }) => [labels, value])).toEqual([
      [{ pool: 'web', backend: 'a' }, 1],
      [{ pool: 'web', backend: 'b' }, 0],
    ]);
    expect(metrics.sum('sluice_backend_connections', { backend: 'b', state: 'active' })).toBe(4);
    expect(metrics.sum('sluice_backend_connections', { backend: 'b', state: 'connecting' })).toBe(2);
    expect(metrics.select('sluice_backend_connections')).toHaveLength(6);
  });

  it('shows when certificates expire, the earliest of those for one name', async () => {
    const { url } = await started();
    const { metrics } = await read(url);
    const points = metrics.select('sluice_certificate_expiry').map(({ labels, value }) => [labels, value]);
    expect(points).toEqual([
      [{ listener: 'edge', name: 'a.example' }, 1_900_000_000],
      [{ listener: 'edge', name: 'default' }, 2_100_000_000],
    ]);
  });

  it('shows small sets from the start, and a close reason only once it has occurred', async () => {
    const { watched, regions, url } = await started();
    const before = (await read(url)).metrics;
    expect(before.select('sluice_transitions_total')).toHaveLength(2 * STATES.length);
    expect(before.select('sluice_connections')).toHaveLength(2 * (STATES.length - 1));
    expect(before.select('sluice_accepted_total')).toHaveLength(2);
    expect(before.select('sluice_spans_dropped_total')).toHaveLength(1);
    expect(before.select('sluice_closed_total')).toHaveLength(0);
    (regions[0] as Float64Array)[watched.layout.closed(1, closeReasonIndex('killed'))] = 1;
    expect((await read(url)).metrics.select('sluice_closed_total').map(({ labels }) => labels)).toEqual([
      { listener: 'inner', reason: 'killed' },
    ]);
  });

  it('shows the durations of ended connections in seconds', async () => {
    const { watched, url } = await started();
    watched.facts.emit(aClosedFact({ pausedUpMs: 40, firstByteMs: 3.5 }));
    watched.facts.emit(
      aClosedFact({
        reason: 'connect-refused',
        during: 'dialing',
        backend: -1,
        firstByteMs: -1,
        visits: visitsOf(['accepting', 'sniffing', 'routing', 'dialing', 'dialing']),
        attempts: [
          { backend: 0, from: OPENED, to: OPENED + 2000, error: 'ECONNREFUSED' },
          { backend: 1, from: OPENED, to: OPENED + 1, error: 'cancelled' },
        ],
      }),
    );
    watched.facts.flush();
    const { metrics } = await read(url);
    const state = { listener: 'edge', state: 'dialing' };
    expect(metrics.sum('sluice_state_duration_count', state)).toBe(3);
    expect(metrics.sum('sluice_state_duration_sum', state)).toBeCloseTo(0.03, 5);
    expect(metrics.sum('sluice_state_duration_bucket', { ...state, le: '0.005' })).toBe(0);
    expect(metrics.sum('sluice_state_duration_bucket', { ...state, le: '+Inf' })).toBe(3);
    expect(metrics.sum('sluice_connection_duration_count', { outcome: 'clean' })).toBe(1);
    expect(metrics.sum('sluice_connection_duration_count', { outcome: 'backend' })).toBe(1);
    expect(metrics.sum('sluice_dial_duration_sum', { backend: 'a', result: 'failed' })).toBe(2);
    expect(metrics.sum('sluice_dial_duration_count', { backend: 'a', result: 'connected' })).toBe(1);
    expect(metrics.sum('sluice_dial_duration_count', { backend: 'b', result: 'cancelled' })).toBe(1);
    expect(metrics.sum('sluice_first_byte_duration_sum')).toBeCloseTo(0.0035, 6);
    expect(metrics.sum('sluice_half_closed_duration_count', { side: 'client' })).toBe(1);
    expect(metrics.sum('sluice_half_closed_duration_count', { side: 'backend' })).toBe(1);
    expect(metrics.sum('sluice_backpressure_duration_sum', { direction: 'up' })).toBeCloseTo(0.04, 6);
    expect(metrics.select('sluice_backpressure_duration_sum', { direction: 'down' })).toHaveLength(0);
  });

  it('has a bounded number of series and no client in any, whoever connects', async () => {
    const { watched, url } = await started();
    const series = async (): Promise<number> => {
      const { text, metrics } = await read(url);
      expect(text).not.toMatch(/192\.0\.2\.|evil-/);
      return metrics.samples.length;
    };
    const emit = (i: number): void =>
      watched.facts.emit(
        aClosedFact({
          client: `192.0.2.${i % 256}:${i}`,
          sni: `evil-${i}`,
          route: `evil-${i}`,
          connection: i,
        }),
      );
    emit(1);
    watched.facts.flush();
    const one = await series();
    for (let i = 2; i < 3000; i++) emit(i);
    watched.facts.flush();
    expect(await series()).toBe(one);
  });

  it('has only metrics and labels that names.ts declares, and every metric of it', async () => {
    const { watched, regions, url } = await started();
    for (let row = 0; row < 3; row++) watched.upstreams.setHealth(row, HEALTHY);
    (regions[0] as Float64Array).fill(1);
    watched.facts.emit(aClosedFact({ pausedUpMs: 1, queueMs: 1 }));
    watched.facts.flush();
    const { text, metrics } = await read(url);
    const declared = Object.values<MetricMeta>(METRICS);
    expect(new Set(text.match(/(?<=# TYPE )\S+/g))).toEqual(new Set(declared.map(prometheusName)));
    for (const metric of declared) {
      const name = prometheusName(metric);
      const [sample] = metrics.select(metric.kind === 'histogram' ? `${name}_count` : name);
      expect(Object.keys(sample?.labels ?? {}), name).toEqual([...metric.labels]);
    }
    expect(text).not.toMatch(/target_info|otel_scope/);
  });
});

describe('the address of the metrics page', () => {
  it('answers other paths with 404, other methods with 405, and HEAD without a body', async () => {
    const { url } = await started();
    expect((await fetch(new URL('/', url))).status).toBe(404);
    expect((await fetch(`${url}?name=x`)).status).toBe(200);
    const posted = await fetch(url, { method: 'POST', body: 'x' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(head.headers.get('content-type')).toContain('text/plain');
  });

  it('is refused with METRICS_FAILED where another has it', async () => {
    const { url } = await started();
    const taken = { kind: 'tcp', host: '127.0.0.1', port: Number(new URL(url).port) } as const;
    const { watched } = aWatched(aPlan({ prometheus: taken }));
    await expect(startTelemetry(watched, aLogOutput(), {})).rejects.toMatchObject({
      name: 'SluiceError',
      code: 'METRICS_FAILED',
    });
  });

  it('is free again after close', async () => {
    const { watched } = aWatched(aPlan({ prometheus: LOOPBACK }));
    const first = await startTelemetry(watched, aLogOutput(), {});
    const port = Number(new URL(first.urls['metrics'] as string).port);
    await first.close();
    const again = aWatched(aPlan({ prometheus: { ...LOOPBACK, port } }));
    const second = await startTelemetry(again.watched, aLogOutput(), {});
    open.push(second);
    expect((await fetch(second.urls['metrics'] as string)).status).toBe(200);
  });
});

describe('metrics by OTLP', () => {
  it('are the same numbers as the page, cumulative, with the last ones sent at close', async () => {
    const receiver = await startOtlpReceiver();
    const { watched, regions } = aWatched(aPlan({ otlp: `${receiver.url}/`, prometheus: LOOPBACK }), 2);
    const watcher = await startTelemetry(watched, aLogOutput(), {});
    for (const cells of regions) cells[watched.layout.accepted(0)] = 21;
    watched.facts.emit(aClosedFact());
    watched.facts.flush();
    const { metrics } = await read(watcher.urls['metrics'] as string);
    await watcher.close();
    const received = receiver.metrics();
    await receiver.close();

    const accepted = received.find(({ name }) => name === 'sluice.accepted');
    expect(accepted).toMatchObject({ kind: 'sum', temporality: 2, monotonic: true, unit: '{connection}' });
    expect(accepted?.points[0]).toMatchObject({ attributes: { listener: 'edge' }, value: 42 });
    expect(metrics.sum('sluice_accepted_total', { listener: 'edge' })).toBe(42);
    const duration = received.find(({ name }) => name === 'sluice.state.duration');
    expect(duration).toMatchObject({ kind: 'histogram', temporality: 2, unit: 's' });
    for (const point of duration?.points ?? []) {
      expect(point.count).toBe(metrics.sum('sluice_state_duration_count', point.attributes as never));
      expect(point.bucketCounts).toHaveLength(point.bounds.length + 1);
    }
    expect(received.find(({ name }) => name === 'sluice.connections')?.kind).toBe('gauge');
    expect(accepted?.resource).toMatchObject({ 'service.name': 'sluice' });
  });
});
