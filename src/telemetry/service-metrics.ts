import type { HrTime } from '@opentelemetry/api';
import type { Plan } from '../core/plan.ts';
import type { ServiceEvent, ShardFailure } from '../core/watcher.ts';
import { RELOAD_RESULTS, SHARD_FAILURES, SHARD_STATES } from './label-values.ts';
import { METRICS } from './names.ts';
import type { Point, Reading } from './reading.ts';

/** What service events add up to: shards that run, their restarts, reloads. */
export class ServiceMetrics {
  /** Shards run from `ready` to `drained`. */
  #running = false;
  /** Shards that failed and were not yet replaced, each with the cause of its last failure. */
  readonly #failed = new Map<number, ShardFailure>();
  readonly #restarts = new Map<number, Record<ShardFailure, number>>();
  readonly #reloads = { ok: 0, failed: 0 };

  record(event: ServiceEvent): void {
    switch (event.event) {
      case 'ready':
        this.#running = true;
        return;
      case 'drained':
        this.#running = false;
        return;
      case 'reloaded':
        this.#reloads.ok++;
        return;
      case 'reload.failed':
        this.#reloads.failed++;
        return;
      case 'shard.failed':
        this.#failed.set(event.shard, event.cause);
        return;
      case 'shard.restarted':
        this.#restarted(event.shard);
        return;
      case 'draining':
        return;
    }
  }

  /** The metrics of the shards that a plan has, and of reloads, with the series that are 0. */
  read(plan: Plan, since: HrTime): readonly Reading[] {
    const shards = plan.groups.flatMap(({ first, count }) =>
      Array.from({ length: count }, (_, i) => first + i),
    );
    const failed = shards.filter((shard) => this.#failed.has(shard)).length;
    const states = { running: this.#running ? shards.length - failed : 0, failed };
    const restarts = (shard: number): Point[] =>
      SHARD_FAILURES.map((cause) => ({
        labels: { shard: String(shard), cause },
        since,
        value: this.#restarts.get(shard)?.[cause] ?? 0,
      }));
    return [
      {
        metric: METRICS.shards,
        points: SHARD_STATES.map((state) => ({ labels: { state }, since, value: states[state] })),
      },
      { metric: METRICS.shardRestarts, points: shards.flatMap(restarts) },
      {
        metric: METRICS.reloads,
        points: RELOAD_RESULTS.map((result) => ({ labels: { result }, since, value: this.#reloads[result] })),
      },
    ];
  }

  /** Counts a restart under the cause of the failure before it. */
  #restarted(shard: number): void {
    const cause = this.#failed.get(shard);
    if (cause === undefined) return;
    this.#failed.delete(shard);
    const restarts = this.#restarts.get(shard) ?? { threw: 0, exited: 0, hung: 0 };
    restarts[cause]++;
    this.#restarts.set(shard, restarts);
  }
}
