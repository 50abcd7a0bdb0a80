import { type BalancerInput, balancerMachine, rowOf } from '../../machines/balancer.ts';
import type { HealthName } from '../../machines/health-checker.ts';
import { type BackendChange, type BackendOverride, overriddenWeight } from '../core/backend-override.ts';
import { textOf } from '../core/error-fact.ts';
import type { Plan, PoolPlan } from '../core/plan.ts';
import {
  HEALTH_UNKNOWN,
  HEALTHY,
  type Health,
  UNHEALTHY,
  type UpstreamTable,
} from '../core/upstream-table.ts';
import { unbooked } from './actor-book.ts';
import { AgentBook } from './agent-book.ts';
import { type EjectionSink, Ejections } from './ejections.ts';
import { createHealthCheckerLogic, type HealthSink } from './health-check.ts';
import { whyUnresolved } from './name-addresses.ts';
import { HEALTH_NAMES, News } from './news.ts';
import { OVERRIDES_MAX, Overrides } from './overrides.ts';
import { backendOf, isProbed, isSamePool, liveRows, nameOf, rowNamed } from './plan-rows.ts';
import { type BalancerActor, type BalancerLogic, PoolSupervisor } from './pool-supervisor.ts';
import { targetOf } from './probe-target.ts';
import { createProbers, type Probers, type ProbeSink } from './prober.ts';
import type { RunningUpstreams, UpstreamsOptions } from './running-upstreams.ts';
import { Sessions } from './sessions.ts';
import { settleNames } from './settle-names.ts';
import { mustFit, settleRows } from './settle-rows.ts';

export type { RunningUpstreams, UpstreamsOptions } from './running-upstreams.ts';

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
  return new Supervision(options);
}

class Supervision implements RunningUpstreams {
  readonly ready: Promise<void>;
  readonly overrides = new Overrides();
  readonly #options: UpstreamsOptions;
  readonly #probers: Probers;
  readonly #logic: BalancerLogic;
  readonly #agents: AgentBook;
  readonly #news: News;
  /** By row: the warning of its last probe that passed. */
  readonly #warnings = new Map<number, string>();
  /** By the pool's index; those that run. */
  readonly #supervisors = new Map<number, PoolSupervisor>();
  readonly #ejections: Ejections;
  readonly #sessions: Sessions;
  #plan: Plan;
  #stopped = false;

  constructor(options: UpstreamsOptions) {
    this.#options = options;
    this.#plan = options.plan;
    this.#agents = new AgentBook(options.table);
    const { plan, plane, table, now, emit, noted = () => {}, endSessions = () => {} } = options;
    this.#news = new News({ emit, now, table, noted, plan: () => this.#plan });
    this.#probers = createProbers(
      options,
      (row) => targetOf(this.#plan, row, options.names),
      this.#createSink(),
    );
    this.#logic = this.#createLogic();
    mustFit(plan, table);
    this.#settleRows(null, plan);
    this.#sessions = new Sessions(plan, table, plane.timers, endSessions);
    this.#ejections = new Ejections(plan, table, plane.timers, now, this.#ejectionSink(), options.enterActor);
    this.ready = this.#startMissing();
  }

  get actors(): readonly (BalancerActor | null)[] {
    return this.#plan.pools.map(({ index }) => this.#supervisors.get(index)?.actor ?? null);
  }

  get circuits(): readonly string[] {
    return this.#ejections.states();
  }

  async apply(plan: Plan): Promise<void> {
    if (this.#stopped) return;
    const before = this.#plan;
    mustFit(plan, this.#options.table);
    for (const [index, supervisor] of this.#supervisors) {
      if (isSamePool(before, plan, index)) continue;
      supervisor.stop();
      this.#supervisors.delete(index);
    }
    this.#plan = plan;
    this.#settleRows(before, plan);
    this.#sessions.apply(plan);
    this.#ejections.apply(plan);
    await this.#startMissing();
  }

  namesChanged(): void {
    if (this.#stopped) return;
    const { table, names, now } = this.#options;
    if (names === undefined) return;
    settleNames(this.#plan, table, names, now(), (row, health, cause) =>
      this.#news.health(row, health, cause),
    );
  }

  override(pool: string, backend: string, change: BackendChange, by: string): boolean {
    const { table, now } = this.#options;
    const row = rowNamed(this.#plan, pool, backend);
    if (row === null) return false;
    const before = this.#overrideOf(row);
    const wasKept = this.#isKept(row);
    if (!this.overrides.change(pool, backend, change, now(), by))
      throw new RangeError(`${OVERRIDES_MAX} backends are overridden; take one of them back`);
    this.#news.override(row, before, this.#overrideOf(row), by);
    table.setWeight(row, this.#weightOf(row));
    if (this.#isKept(row) !== wasKept) this.#keep(row, !wasKept);
    return true;
  }

  stop(): void {
    this.#stopped = true;
    this.#ejections.stop();
    this.#sessions.stop();
    for (const supervisor of this.#supervisors.values()) supervisor.stop();
  }

  #settleRows(before: Plan | null, plan: Plan): void {
    const { table, names, now } = this.#options;
    settleRows(
      before,
      plan,
      table,
      now(),
      (row) => {
        if (!this.#isKept(row)) this.#news.health(row, 'healthy', 'no longer probed');
      },
      (row) => this.#weightOf(row),
      (row) => (names === undefined ? null : whyUnresolved(backendOf(plan, row), names)),
      (row, cause) => this.#news.health(row, 'unhealthy', cause),
    );
    for (const pool of plan.pools)
      for (const row of liveRows(plan, pool)) if (this.#isKept(row)) table.setHealth(row, UNHEALTHY);
  }

  /** Starts a supervisor for each pool in use that has none; resolves when all that it started are ready. */
  #startMissing(): Promise<void> {
    const started: PoolSupervisor[] = [];
    for (const pool of this.#plan.pools) {
      if (pool.retired || this.#supervisors.has(pool.index)) continue;
      const supervisor = this.#supervise(pool);
      this.#supervisors.set(pool.index, supervisor);
      started.push(supervisor);
    }
    for (const supervisor of started) supervisor.start();
    return Promise.all(started.map(({ ready }) => ready)).then(() => undefined);
  }

  #supervise(pool: PoolPlan): PoolSupervisor {
    const rows = liveRows(this.#plan, pool).filter((row) => isProbed(this.#plan, row) && !this.#isKept(row));
    return new PoolSupervisor({
      logic: this.#logic,
      timers: this.#options.plane.timers,
      entered: (actor) =>
        (this.#options.enterActor ?? unbooked)({ chart: 'balancer', pool: pool.name }, actor),
      input: () => inputOf(pool, rows, this.#options.table),
      crashed: (error) => {
        for (const row of rows) this.#probers.abandon(row);
        this.#news.trouble(`the supervisor of pool ${pool.name} crashed: ${textOf(error)}`);
      },
    });
  }

  /** Maintenance begins or ends. The pool gets a new supervisor, which probes the others at once. */
  #keep(row: number, isKept: boolean): void {
    const { table, now } = this.#options;
    const { pool } = backendOf(this.#plan, row);
    const isUnknown = !isKept && isProbed(this.#plan, row);
    if (isKept && table.health(row) !== UNHEALTHY) this.#news.health(row, 'unhealthy', 'maintenance');
    if (!isKept && !isUnknown) this.#news.health(row, 'healthy', 'no longer in maintenance');
    table.setHealth(row, isKept ? UNHEALTHY : isUnknown ? HEALTH_UNKNOWN : HEALTHY);
    if (!isKept) table.setReturned(row, now());
    this.#supervisors.get(pool)?.stop();
    this.#supervisors.delete(pool);
    if (!this.#stopped) void this.#startMissing();
  }

  #isKept(row: number): boolean {
    return this.#overrideOf(row)?.admin === 'maintenance';
  }

  #weightOf(row: number): number {
    return overriddenWeight(backendOf(this.#plan, row).weight, this.#overrideOf(row));
  }

  #overrideOf(row: number): BackendOverride | null {
    const { pool, name } = backendOf(this.#plan, row);
    return this.overrides.get(this.#plan.pools[pool]?.name ?? '', name);
  }

  #createLogic(): BalancerLogic {
    const sink: HealthSink = {
      changed: (row, health, cause) => {
        this.#news.health(row, health, cause);
        const { table, now } = this.#options;
        const wasUnhealthy = table.health(row) === UNHEALTHY;
        if (health === 'healthy' && wasUnhealthy) table.setReturned(row, now());
        table.setHealth(row, HEALTH_CODES[health]);
        this.#probed(row, wasUnhealthy);
        this.#supervisorOf(row)?.actor.send({ type: 'backend.changed', row, health });
      },
      troubled: (row, cause) => {
        this.#news.trouble(`probing backend ${nameOf(this.#plan, row)} failed: ${cause}`);
        this.#supervisorOf(row)?.actor.send({ type: 'backend.unprobed', row });
      },
    };
    return balancerMachine.provide({
      actors: { checker: createHealthCheckerLogic(this.#probers.logic, sink) },
      actions: {
        reap: ({ event }) => {
          const row = rowOf(event);
          this.#probers.abandon(row);
          const cause = 'error' in event ? textOf(event.error) : event.type;
          this.#news.trouble(`the health checker of backend ${nameOf(this.#plan, row)} crashed: ${cause}`);
        },
      },
    });
  }

  #createSink(): ProbeSink {
    return {
      agentSaid: (row, words) =>
        this.#agents.heard(row, words, (before, said) => this.#news.agent(row, before, said)),
      warned: (row, warning) => {
        if (warning === null) this.#warnings.delete(row);
        else if (this.#warnings.get(row) !== warning) {
          this.#warnings.set(row, warning);
          this.#news.trouble(`probing backend ${nameOf(this.#plan, row)}: ${warning}`);
        }
      },
    };
  }

  /** A probe has changed the health of a backend. */
  #probed(row: number, wasUnhealthy: boolean): void {
    const { circuits } = this.#options.table;
    const isUnhealthy = this.#options.table.health(row) === UNHEALTHY;
    if (isUnhealthy === wasUnhealthy) return;
    if (!circuits.isOpen(row)) this.#sessions.moved(row);
    else if (wasUnhealthy) this.#ejections.probed(row);
  }

  #ejectionSink(): EjectionSink {
    const { countEjection = () => {} } = this.#options;
    return {
      changed: (row, change, cause, ms) => this.#news.ejection(row, change, cause, ms),
      trusted: (row, from, cause) => this.#news.trusted(row, from, cause),
      counted: countEjection,
      moved: (row) => this.#sessions.moved(row),
      troubled: (message) => this.#news.trouble(message),
    };
  }

  #supervisorOf(row: number): PoolSupervisor | undefined {
    return this.#supervisors.get(backendOf(this.#plan, row).pool);
  }
}

function inputOf(pool: PoolPlan, rows: readonly number[], table: UpstreamTable): BalancerInput {
  const { health, index } = pool;
  if (health === null) return { pool: index, members: [] };
  const { rise, fall } = health;
  return {
    pool: index,
    members: rows.map((row) => ({ row, rise, fall, health: HEALTH_NAMES[table.health(row)] })),
  };
}
