import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { closeReasonIndex } from '../../src/core/close-reason.ts';
import { CountersLayout } from '../../src/core/counters.ts';
import { LISTENERS_MAX, type Plan } from '../../src/core/plan.ts';
import { stateIndex } from '../../src/core/state.ts';
import { HEALTHY, UPSTREAM_ROWS_MAX } from '../../src/core/upstream-table.ts';
import type { Watcher } from '../../src/core/watcher.ts';
import { connectionsOf, readCells } from '../../src/telemetry/cells.ts';
import { Durations } from '../../src/telemetry/durations.ts';
import { Occupants } from '../../src/telemetry/occupants.ts';
import { SluiceMetrics } from '../../src/telemetry/producer.ts';
import { ServiceMetrics } from '../../src/telemetry/service-metrics.ts';
import { startTelemetry } from '../../src/telemetry/start.ts';
import { type Metrics, parsePrometheus } from '../support/prometheus.ts';
import {
  aBackend,
  aClosedFact,
  aListener,
  aLogOutput,
  aPlan,
  aPool,
  aWatched,
  type Shown,
} from './samples.ts';

const LOOPBACK = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
const STREAMING = stateIndex('streaming');
const open: Watcher[] = [];

afterEach(async () => {
  for (const watcher of open.splice(0)) await watcher.close();
});

async function started(shards = 1): Promise<Shown & { plan: Plan; read: () => Promise<Metrics> }> {
  const plan = aPlan({ prometheus: LOOPBACK });
  const shown = aWatched(plan, shards);
  const watcher = await startTelemetry(shown.watched, aLogOutput(), {});
  open.push(watcher);
  const url = watcher.urls['metrics'] as string;
  const read = async (): Promise<Metrics> => {
    const metrics = parsePrometheus(await (await fetch(url)).text());
    const series = metrics.samples.map(({ name, labels }) => JSON.stringify([name, labels]));
    expect(series.filter((one, i) => series.indexOf(one) !== i)).toEqual([]);
    return metrics;
  };
  return { ...shown, plan, read };
}

/** Ends a connection of a listener, relayed by a backend. */
function ended({ watched }: Shown, listener: number, backend: number): void {
  const attempts = [{ backend, from: 0, to: 1000, error: '' }];
  watched.facts.emit(aClosedFact({ listener, backend, attempts }));
  watched.facts.flush();
}

const names = (metrics: Metrics, metric: string, label: string): (string | undefined)[] => [
  ...new Set(metrics.select(metric).map(({ labels }) => labels[label])),
];

describe('the metrics of listeners over reloads', () => {
  it('begin for one that is added, and go on for those that stay', async () => {
    const world = await started();
    const cells = world.regions[0] as Float64Array;
    cells[world.watched.layout.accepted(0)] = 5;
    ended(world, 0, 0);
    await world.read();
    const listeners = [...world.plan.listeners, aListener(2, 'late')];
    world.reload({ ...world.plan, version: 2, listeners });
    cells[world.watched.layout.accepted(2)] = 3;
    ended(world, 0, 0);
    ended(world, 2, 0);
    const metrics = await world.read();
    expect(names(metrics, 'sluice_accepted_total', 'listener')).toEqual(['edge', 'inner', 'late']);
    expect(metrics.sum('sluice_accepted_total', { listener: 'edge' })).toBe(5);
    expect(metrics.sum('sluice_accepted_total', { listener: 'late' })).toBe(3);
    expect(metrics.sum('sluice_connection_duration_count', { listener: 'edge' })).toBe(2);
    expect(metrics.sum('sluice_connection_duration_count', { listener: 'late' })).toBe(1);
  });

  it('are shown of a retired one while it has connections in any shard, and go on where it comes back', async () => {
    const world = await started(3);
    const last = world.regions[2] as Float64Array;
    const { layout } = world.watched;
    for (const cells of world.regions) cells[layout.accepted(0)] = 4;
    last[layout.state(0, STREAMING)] = 1;
    ended(world, 0, 0);
    const retired = { ...world.plan, listeners: [aListener(0, 'edge', true), aListener(1, 'inner')] };
    world.reload({ ...retired, version: 2 });
    const busy = await world.read();
    expect(busy.sum('sluice_connections', { listener: 'edge', state: 'streaming' })).toBe(1);
    expect(busy.sum('sluice_accepted_total', { listener: 'edge' })).toBe(12);
    expect(busy.sum('sluice_connection_duration_count', { listener: 'edge' })).toBe(1);

    last[layout.state(0, STREAMING)] = 0;
    ended(world, 0, 0);
    const idle = await world.read();
    expect(idle.samples.filter(({ labels }) => labels['listener'] === 'edge')).toEqual([]);

    world.reload({ ...world.plan, version: 3 });
    const back = await world.read();
    expect(back.sum('sluice_accepted_total', { listener: 'edge' })).toBe(12);
    expect(back.sum('sluice_connection_duration_count', { listener: 'edge' })).toBe(2);
  });

  it('begin with nothing for another one in the same slot', async () => {
    const world = await started();
    const cells = world.regions[0] as Float64Array;
    const { layout } = world.watched;
    cells[layout.accepted(1)] = 9;
    cells[layout.closed(1, closeReasonIndex('killed'))] = 2;
    ended(world, 1, 0);
    ended(world, 1, 0);
    await world.read();
    cells.fill(0);
    world.reload({ ...world.plan, version: 2, listeners: [aListener(0, 'edge'), aListener(1, 'other')] });
    const fresh = await world.read();
    expect(names(fresh, 'sluice_accepted_total', 'listener')).toEqual(['edge', 'other']);
    expect(fresh.sum('sluice_accepted_total')).toBe(0);
    expect(fresh.select('sluice_closed_total')).toEqual([]);
    expect(fresh.select('sluice_connection_duration_count')).toEqual([]);
    ended(world, 1, 0);
    const after = await world.read();
    expect(after.sum('sluice_connection_duration_count', { listener: 'other' })).toBe(1);
    expect(names(after, 'sluice_state_duration_count', 'listener')).toEqual(['other']);
  });

  it('are never those of two under one name: the live one is shown, else the first that is busy', async () => {
    const world = await started();
    const cells = world.regions[0] as Float64Array;
    const { layout } = world.watched;
    for (const slot of [0, 1, 2, 3]) cells[layout.accepted(slot)] = 10 + slot;
    for (const slot of [0, 2, 3]) cells[layout.state(slot, STREAMING)] = 1;
    const twice = [aListener(0, 'edge', true), aListener(1, 'b', true), aListener(2, 'b', true)];
    world.reload({ ...world.plan, version: 2, listeners: [...twice, aListener(3, 'edge')] });
    const metrics = await world.read();
    expect(
      metrics.select('sluice_accepted_total').map(({ labels, value }) => [labels['listener'], value]),
    ).toEqual([
      ['edge', 13],
      ['b', 12],
    ]);
  });
});

describe('the metrics of backends over reloads', () => {
  it('are those of the backends that are not retired, by pool and name', async () => {
    const world = await started();
    const { layout, upstreams } = world.watched;
    for (const row of [0, 1, 2, 3]) (world.regions[0] as Float64Array)[layout.dials(row)] = 10 + row;
    for (const row of [0, 1, 2, 3]) upstreams.setHealth(row, HEALTHY);
    ended(world, 0, 0);
    ended(world, 0, 1);
    const [a, b, c] = world.plan.backends as [Plan['backends'][0], Plan['backends'][0], Plan['backends'][0]];
    // `a` has another address, so it is another one under the same name; `b` is gone.
    const moved = aBackend(3, 0, 'a', { kind: 'tcp', host: '127.0.0.2', port: 9001 });
    const backends = [{ ...a, retired: true }, { ...b, retired: true }, c, moved];
    world.reload({
      ...world.plan,
      version: 2,
      backends,
      pools: [aPool(0, 'web', [3]), aPool(1, 'shell', [2])],
    });
    ended(world, 0, 3);
    ended(world, 0, 3);
    const metrics = await world.read();
    const attempts = metrics.select('sluice_dial_attempts_total');
    expect(attempts.map(({ labels, value }) => [labels['pool'], labels['backend'], value])).toEqual([
      ['shell', 'c', 12],
      ['web', 'a', 13],
    ]);
    expect(names(metrics, 'sluice_backend_healthy', 'backend')).toEqual(['c', 'a']);
    expect(names(metrics, 'sluice_backend_connections', 'backend')).toEqual(['c', 'a']);
    expect(names(metrics, 'sluice_dial_duration_count', 'backend')).toEqual(['a']);
    expect(metrics.sum('sluice_dial_duration_count', { backend: 'a', result: 'connected' })).toBe(2);

    world.reload({ ...world.plan, version: 3 });
    const back = await world.read();
    expect(back.sum('sluice_dial_attempts_total', { backend: 'a' })).toBe(10);
    expect(back.sum('sluice_dial_duration_count', { backend: 'a', result: 'connected' })).toBe(1);
    expect(back.sum('sluice_first_byte_duration_count', { backend: 'b' })).toBe(1);
  });

  it('begin with nothing for one of the same name in the same row, but elsewhere', async () => {
    const world = await started();
    ended(world, 0, 0);
    expect((await world.read()).sum('sluice_dial_duration_count', { backend: 'a' })).toBe(1);
    const backends = world.plan.backends.map((backend) =>
      backend.row === 0 ? { ...backend, address: { kind: 'unix', path: '/run/a.sock' } as const } : backend,
    );
    world.reload({ ...world.plan, version: 2, backends });
    expect((await world.read()).select('sluice_dial_duration_count')).toEqual([]);
  });

  it('are known also by a fact that comes before anybody has read a metric of the new plan', async () => {
    const world = await started();
    world.reload({
      ...world.plan,
      version: 2,
      backends: [...world.plan.backends, aBackend(3, 1, 'd', LOOPBACK)],
    });
    ended(world, 0, 3);
    expect((await world.read()).sum('sluice_dial_duration_count', { pool: 'shell', backend: 'd' })).toBe(1);
  });
});

describe('the time from which a series counts', () => {
  it('is the start for what was there, and the reload for another one in a slot', async () => {
    let now = 1000;
    const plan = aPlan();
    const { watched, reload } = aWatched(plan);
    const occupants = new Occupants(watched.plan, () => now);
    const metrics = new SluiceMetrics({
      watched,
      occupants,
      durations: new Durations(occupants),
      service: new ServiceMetrics(),
      losses: { spans: () => 0, logLines: () => 0 },
      traces: () => null,
      now: () => now,
    });
    now = 5000;
    reload({ ...plan, version: 2, listeners: [aListener(0, 'edge'), aListener(1, 'other')] });
    occupants.follow();
    now = 9000;
    const { resourceMetrics } = await metrics.collect();
    const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    const times = (name: string) =>
      all
        .find(({ descriptor }) => descriptor.name === name)
        ?.dataPoints.map(({ attributes, startTime, endTime }) => [attributes, startTime, endTime]);
    expect(times('sluice.accepted')).toEqual([
      [{ listener: 'edge' }, [1, 0], [9, 0]],
      [{ listener: 'other' }, [5, 0], [9, 0]],
    ]);
    expect(times('sluice.spans.dropped')).toEqual([[{}, [1, 0], [9, 0]]]);
  });
});

describe('the series of any sequence of plans', () => {
  const slot = fc.record({ name: fc.constantFrom('a', 'b', 'c'), retired: fc.boolean(), busy: fc.boolean() });
  const plans = fc.array(fc.array(slot, { maxLength: 6 }), { minLength: 1, maxLength: 8 });

  it('are one for each name, of the plan in force or busy, and the same one for as long as its slot is its own', () => {
    fc.assert(
      fc.property(plans, (sequence) => {
        let plan: Plan = { ...aPlan(), listeners: [] };
        const occupants = new Occupants(
          () => plan,
          () => 0,
        );
        for (const slots of sequence) {
          const before = plan.listeners.map(({ index }) => occupants.listener(index));
          const namesBefore = plan.listeners.map(({ name }) => name);
          plan = { ...plan, listeners: slots.map(({ name, retired }, i) => aListener(i, name, retired)) };
          const { listeners } = occupants.shown((i) => slots[i]?.busy === true);
          const shownNames = listeners.map(({ labels }) => labels.listener);
          const expected = slots.filter(({ retired, busy }) => !retired || busy).map(({ name }) => name);
          expect(shownNames).toHaveLength(new Set(expected).size);
          expect(new Set(shownNames)).toEqual(new Set(expected));
          for (const [i, { name }] of slots.entries()) {
            expect(occupants.listener(i)?.labels.listener).toBe(name);
            if (namesBefore[i] === name) expect(occupants.listener(i)).toBe(before[i]);
            else expect(before).not.toContain(occupants.listener(i));
          }
        }
      }),
    );
  });
});

describe('reading regions that are laid out for all that a service can have', () => {
  it('touches only the cells of what the plan has', () => {
    const layout = new CountersLayout({
      listeners: LISTENERS_MAX,
      backends: UPSTREAM_ROWS_MAX,
      transitions: 0,
    });
    const read = new Set<string>();
    const region = new Proxy(layout.allocate(), {
      get: (cells, key) => {
        read.add(String(key));
        return Reflect.get(cells, key);
      },
    });
    const occupants = new Occupants(
      () => aPlan(),
      () => 0,
    );
    const shown = occupants.shown((listener) => connectionsOf(layout, [region], listener) > 0);
    const readings = readCells(layout, [region], shown);
    expect(layout.length).toBeGreaterThan(70_000);
    expect(readings.flatMap(({ points }) => points).length).toBeGreaterThan(50);
    expect(read.size).toBeGreaterThan(50);
    expect(read.size).toBeLessThan(260);
  });
});
