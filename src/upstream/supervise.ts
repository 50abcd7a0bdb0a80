import { type BalancerInput, balancerMachine, rowOf } from '../../machines/balancer.ts';
import type { HealthName } from '../../machines/health-checker.ts';
import type { FactSink } from '../core/facts.ts';
import type { BackendPlan, Plan, PoolPlan } from '../core/plan.ts';
import type { Plane } from '../core/ports.ts';
import {
  HEALTH_UNKNOWN,
  HEALTHY,
  type Health,
  UNHEALTHY,
  type UpstreamTable,
} from '../core/upstream-table.ts';
import { createHealthCheckerLogic, type HealthSink, messageOf } from './health-check.ts';
import { type BalancerActor, PoolSupervisor } from './pool-supervisor.ts';
import type { ProbeTarget } from './probe-loop.ts';
import { createProbers } from './prober.ts';

export interface UpstreamsOptions {
  readonly plan: Plan;
  /** Where probes are dialed; its timers are the clock of all actors. */
  readonly plane: Plane;
  /** Written: weights once, at the start; health with each change. A health that is known already is kept. */
  readonly table: UpstreamTable;
  readonly emit: FactSink;
  /** Wall time in milliseconds since 1970, for facts. */
  readonly now: () => number;
}

export interface RunningUpstreams {
  /**
   * The first round of probes is over: every backend that is probed has had a result, or could not be probed. Resolves
   * also where there is nothing to probe and where `stop` came first; never rejects.
   */
  readonly ready: Promise<void>;
  /** The supervisor of each pool, by the pool's index; one that crashed is replaced in its place. */
  readonly actors: readonly BalancerActor[];
  /** Stops every supervisor, checker and probe. No fact and no change of the table comes afterwards. */
  stop(): void;
}

const HEALTH_NAMES = ['unknown', 'healthy', 'unhealthy'] as const satisfies readonly HealthName[];

const HEALTH_CODES = {
  unknown: HEALTH_UNKNOWN,
  healthy: HEALTHY,
  unhealthy: UNHEALTHY,
} as const satisfies Record<HealthName, Health>;

/**
 * Starts the supervisors of all pools, which start probing at once. Backends of a pool without health checks are set
 * healthy here; those of the others are unknown at first and have one fact for each change, the first included. A crash
 * in any of these actors ends in an error fact and a restart after a wait, and in nothing else.
 */
export function startUpstreams(options: UpstreamsOptions): RunningUpstreams {
  const { plan, plane, table } = options;
  for (const { row, weight } of plan.backends) table.setWeight(row, weight);

  const probers = createProbers(plane, (row) => targetOf(plan, row));
  const tell = (message: string): void =>
    options.emit({ kind: 'error', at: options.now(), connection: null, message });
  const pools: PoolSupervisor[] = [];
  const logic = balancerMachine.provide({
    actors: { checker: createHealthCheckerLogic(probers.logic, createSink(options, pools, tell)) },
    actions: {
      reap({ event }) {
        const row = rowOf(event);
        probers.abandon(row);
        const cause = 'error' in event ? messageOf(event.error) : event.type;
        tell(`the health checker of backend ${nameOf(plan, row)} crashed: ${cause}`);
      },
    },
  });
  for (const pool of plan.pools) {
    if (pool.health === null) for (const row of pool.backends) table.setHealth(row, HEALTHY);
    pools[pool.index] = new PoolSupervisor({
      logic,
      timers: plane.timers,
      input: () => inputOf(pool, table),
      crashed(error) {
        for (const row of pool.backends) probers.abandon(row);
        tell(`the supervisor of pool ${pool.name} crashed: ${messageOf(error)}`);
      },
    });
  }
  for (const pool of pools) pool.start();
  return {
    ready: Promise.all(pools.map((pool) => pool.ready)).then(() => undefined),
    get actors() {
      return pools.map((pool) => pool.actor);
    },
    stop() {
      for (const pool of pools) pool.stop();
    },
  };
}

/** The fact comes first: where emitting fails nothing has changed, and the restarted checker tells of it again. */
function createSink(
  { plan, table, emit, now }: UpstreamsOptions,
  pools: readonly PoolSupervisor[],
  tell: (message: string) => void,
): HealthSink {
  return {
    changed(row, health, cause) {
      const { pool } = backendOf(plan, row);
      emit({ kind: 'health', at: now(), pool, backend: row, healthy: health === 'healthy', cause });
      table.setHealth(row, HEALTH_CODES[health]);
      pools[pool]?.actor.send({ type: 'backend.changed', row, health });
    },
    troubled(row, cause) {
      tell(`probing backend ${nameOf(plan, row)} failed: ${cause}`);
      pools[backendOf(plan, row).pool]?.actor.send({ type: 'backend.unprobed', row });
    },
  };
}

function inputOf(pool: PoolPlan, table: UpstreamTable): BalancerInput {
  const { health, index, backends } = pool;
  if (health === null) return { pool: index, members: [] };
  const { rise, fall } = health;
  return {
    pool: index,
    members: backends.map((row) => ({ row, rise, fall, health: HEALTH_NAMES[table.health(row)] })),
  };
}

function targetOf(plan: Plan, row: number): ProbeTarget {
  const { address, pool } = backendOf(plan, row);
  const health = plan.pools[pool]?.health;
  if (health === undefined || health === null) throw new RangeError(`backend ${row} is not probed`);
  return { row, address, intervalMs: health.intervalMs, timeoutMs: health.timeoutMs };
}

function nameOf(plan: Plan, row: number): string {
  const { pool, name } = backendOf(plan, row);
  return `${plan.pools[pool]?.name}/${name}`;
}

function backendOf(plan: Plan, row: number): BackendPlan {
  const backend = plan.backends[row];
  if (backend === undefined) throw new RangeError(`no backend ${row} in the plan`);
  return backend;
}
