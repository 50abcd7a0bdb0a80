import { describe, expect, it } from 'vitest';
import type { PlanDiff } from '../../src/core/plan-diff.ts';
import type { ServiceEvent } from '../../src/core/watcher.ts';
import { startTelemetry } from '../../src/telemetry/start.ts';
import { parsePrometheus } from '../support/prometheus.ts';
import { aLogOutput, aPlan, aWatched } from './samples.ts';

const LOOPBACK = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
const NONE = { added: [], removed: [], changed: [] };
const NO_CHANGE: PlanDiff = { listeners: NONE, pools: NONE, backends: NONE, settings: [], needsRestart: [] };
const READY: ServiceEvent = { event: 'ready', listeners: {}, urls: {} };
const RELOADED: ServiceEvent = { event: 'reloaded', version: 2, diff: NO_CHANGE, durationMs: 1 };
const REFUSED: ServiceEvent = { event: 'reload.failed', message: 'no' };

function failed(shard: number, cause: 'threw' | 'exited' | 'hung'): ServiceEvent {
  return { event: 'shard.failed', shard, generation: 1, cause, message: 'no', connections: 0 };
}

function restarted(shard: number): ServiceEvent {
  return { event: 'shard.restarted', shard, generation: 2, durationMs: 1 };
}

/** What the page shows of a service of three shards in two groups, after these events. */
async function pageAfter(...events: ServiceEvent[]) {
  const groups = [
    { plane: 'linux', first: 0, count: 2, reason: 'a sample' },
    { plane: 'net', first: 2, count: 1, reason: 'a sample' },
  ] as const;
  const { watched } = aWatched({ ...aPlan({ prometheus: LOOPBACK }), groups });
  const watcher = await startTelemetry(watched, aLogOutput(), {});
  for (const event of events) watcher.event(event);
  const metrics = parsePrometheus(await (await fetch(watcher.urls['metrics'] as string)).text());
  await watcher.close();
  return {
    shards: ['running', 'failed'].map((state) => metrics.sum('sluice_shards', { state })),
    restarts: metrics.select('sluice_shard_restarts_total'),
    reloads: ['ok', 'failed'].map((result) => metrics.sum('sluice_reloads_total', { result })),
  };
}

describe('the metrics of the service', () => {
  it('count shards from ready to drained, without those that failed and were not replaced', async () => {
    expect((await pageAfter()).shards).toEqual([0, 0]);
    expect((await pageAfter(READY)).shards).toEqual([3, 0]);
    expect((await pageAfter(READY, failed(1, 'hung'))).shards).toEqual([2, 1]);
    expect((await pageAfter(READY, failed(1, 'hung'), failed(1, 'exited'))).shards).toEqual([2, 1]);
    expect((await pageAfter(READY, failed(1, 'hung'), restarted(1), failed(0, 'threw'))).shards).toEqual([
      2, 1,
    ]);
    const drained: ServiceEvent = { event: 'drained', cut: 0, durationMs: 1 };
    expect((await pageAfter(READY, drained)).shards).toEqual([0, 0]);
  });

  it('count restarts by shard and by the cause of the last failure, and show all of them from the start', async () => {
    expect((await pageAfter()).restarts).toHaveLength(3 * 3);
    const { restarts } = await pageAfter(
      READY,
      ...[failed(2, 'threw'), restarted(2), failed(2, 'threw'), restarted(2)],
      ...[failed(2, 'hung'), failed(2, 'exited'), restarted(2), failed(0, 'hung')],
    );
    expect(restarts.filter(({ value }) => value > 0).map(({ labels, value }) => [labels, value])).toEqual([
      [{ shard: '2', cause: 'threw' }, 2],
      [{ shard: '2', cause: 'exited' }, 1],
    ]);
    expect(restarts).toHaveLength(3 * 3);
  });

  it('count reloads that came into force and those that were refused', async () => {
    expect((await pageAfter(READY)).reloads).toEqual([0, 0]);
    expect((await pageAfter(READY, RELOADED, REFUSED, RELOADED, RELOADED)).reloads).toEqual([3, 1]);
  });
});
