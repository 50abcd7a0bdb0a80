import type { AdminWrite } from './admin/index.ts';
import {
  type Bound,
  Drain,
  Fleet,
  LocalShard,
  Memory,
  ofLive,
  openAdmin,
  type Reloaded,
  Reloads,
  Resolving,
  Slots,
  Threads,
  threadStarter,
} from './control/index.ts';
import type { ConnectionId } from './core/connection-id.ts';
import type { ConnectionView } from './core/connection-view.ts';
import { errorFact, messageOf } from './core/error-fact.ts';
import type { FactQueue } from './core/fact-queue.ts';
import type { Plan } from './core/plan.ts';
import type { Plane } from './core/ports.ts';
import type { ServiceStatus } from './core/status.ts';
import type { ServiceEvent, StartWatcher, Watcher } from './core/watcher.ts';
import { createNetPlane } from './plane/net/index.ts';
import type { Service } from './running.ts';
import { serviceStatus } from './service-status.ts';
import { SHARD_ENTRY } from './shard-boot.ts';
import { COUNTERS } from './shard-counters.ts';
import { FLUSH_MS_MAX } from './shard-serve.ts';
import { flushTees, reportStageErrors } from './stream/index.ts';
import { type RunningUpstreams, startUpstreams } from './upstream/index.ts';
import { VERSION } from './version.ts';

export type { Service } from './running.ts';

/** Who watches a service. Everything else runs the same with this list empty. */
const WATCHERS: StartWatcher[] = [];
WATCHERS.push((await import('./telemetry/index.ts')).start);

export interface ServiceOptions {
  /** The plane of the main thread, where `workers: 0` has its shard and probes are made. Default: a new net plane. The service closes it either way. */
  readonly plane?: Plane;
  /** The code that shards' threads run. Default: Sluice's own. */
  readonly shardEntry?: URL;
}

/**
 * Runs a plan. Resolves when all listeners are bound and the first round of probes is over. Rejects with a SluiceError
 * (LISTEN_FAILED, ADMIN_FAILED, METRICS_FAILED, SHARD_FAILED), and then nothing is left running.
 */
export async function startService(plan: Plan, options: ServiceOptions = {}): Promise<Service> {
  const service = new RunningService(plan, options);
  try {
    await service.start();
  } catch (error) {
    await service.abandon();
    throw error;
  }
  return service;
}

class RunningService implements Service {
  readonly #memory: Memory;
  readonly #plane: Plane;
  readonly #facts: FactQueue;
  readonly #threads: Threads | null;
  readonly #fleet: Fleet;
  readonly #reloads: Reloads;
  readonly #drain: Drain;
  readonly #resolving: Resolving;
  readonly #defect = (error: unknown): void => this.#facts.emit(errorFact(error, Date.now()));
  readonly #started = Date.now();
  readonly #watchers: Watcher[] = [];
  readonly #urls: Record<string, string> = {};
  /** As the configuration was compiled. */
  #compiled: Plan;
  #plan: Plan;
  /** What watchers see: during a reload already the next plan. */
  #shown: Plan;
  #bound: Bound = {};
  #phase: ServiceStatus['phase'] = 'starting';
  #upstreams: RunningUpstreams | null = null;
  #closeAdmin: (() => Promise<void>) | null = null;
  #drained: Promise<{ cut: number }> | null = null;

  constructor(plan: Plan, options: ServiceOptions) {
    this.#compiled = plan;
    this.#plan = plan;
    this.#shown = plan;
    const memory = new Memory(plan);
    this.#memory = memory;
    this.#facts = memory.createFactQueue();
    reportStageErrors(this.#defect);
    this.#plane =
      options.plane ??
      createNetPlane({ onObserverError: this.#defect, onOpen: (by) => memory.countDescriptor(by) });
    const { regions } = memory;
    this.#threads = plan.workers.count === 0 ? null : this.#createThreads(options.shardEntry ?? SHARD_ENTRY);
    this.#fleet = new Fleet(
      this.#threads?.shards ?? [new LocalShard(regions, this.#plane, this.#facts.emit)],
    );
    this.#drain = new Drain(this.#fleet, () => memory.connections);
    this.#reloads = this.#createReloads();
    this.#resolving = new Resolving(plan, {
      timers: this.#plane.timers,
      tell: (event) => this.#tell(event),
      emit: this.#facts.emit,
      phase: () => this.#phase,
      shards: () => this.#fleet.hosts,
      upstreams: () => this.#upstreams,
      again: () => this.#reloads.again(),
    });
  }

  get plan(): Plan {
    return this.#plan;
  }

  get listeners(): Bound {
    return this.#bound;
  }

  get urls(): Readonly<Record<string, string>> {
    return this.#urls;
  }

  async start(): Promise<void> {
    await this.#startWatchers();
    if (this.#plan.admin !== null) {
      const admin = await openAdmin(this.#plan.admin, this);
      this.#closeAdmin = admin.close;
      this.#urls['admin'] = admin.url;
    }
    this.#plan = this.#shown = await this.#resolving.resolve(this.#compiled);
    this.#upstreams = startUpstreams({
      plan: this.#plan,
      plane: this.#plane,
      table: this.#memory.upstreams,
      emit: this.#facts.emit,
      names: this.#resolving.names,
      now: () => this.#wallTime(),
      endSessions: (row, most, why) =>
        this.#fleet.endSessions(row, most, why, (of, shard) => this.#memory.upstreams.activeOf(of, shard)),
      countEjection: (row, cause) => this.#memory.countEjection(row, cause),
    });
    this.#bound = ofLive(this.#plan, await this.#fleet.start(this.#plan));
    await this.#upstreams.ready;
    this.#phase = 'ready';
    this.#facts.flush();
    this.#tell({ event: 'ready', listeners: this.#bound, urls: this.#urls });
    await this.#resolving.followServices();
  }

  status(): ServiceStatus {
    const standing = { phase: this.#phase, started: this.#started };
    return serviceStatus(standing, this.#plan, this.#memory, this.#fleet, this.#bound, this.#wallTime());
  }

  connection(id: ConnectionId): Promise<ConnectionView | null> {
    return this.#fleet.view(id);
  }

  async reload(plan: Plan): Promise<Reloaded> {
    const began = performance.now();
    try {
      const reloaded = await this.#reloads.run(plan);
      this.#facts.flush();
      this.#tell({ event: 'reloaded', ...reloaded, durationMs: performance.now() - began });
      return reloaded;
    } catch (error) {
      this.reloadFailed(error);
      throw error;
    }
  }

  reloadFailed(error: unknown): void {
    this.#tell({ event: 'reload.failed', message: messageOf(error) });
  }

  adminWrote(write: AdminWrite): void {
    this.#tell({ event: 'admin.write', ...write });
  }

  drain(signal: string | null): Promise<{ readonly cut: number }> {
    this.#drained ??= this.#stop(signal);
    return this.#drained;
  }

  cut(): void {
    this.#drain.cut();
  }

  /** Undoes a start that failed half-way. */
  async abandon(): Promise<void> {
    await this.#fleet.stopAccepting();
    this.#fleet.cut();
    await this.#close();
  }

  #createThreads(entry: URL): Threads {
    return new Threads({
      startThread: threadStarter(entry),
      count: this.#plan.workers.count,
      regions: this.#memory.regions,
      epoch: this.#plane.timers.epoch,
      facts: this.#facts,
      current: () => ({ plan: this.#plan, bound: this.#bound }),
      names: () => this.#resolving.names.table(),
      took: (plan, bound) => {
        if (plan === this.#plan) this.#bound = ofLive(plan, { ...this.#bound, ...bound });
      },
      tell: (event) => this.#tell(event),
    });
  }

  #createReloads(): Reloads {
    const slots = new Slots(this.#memory.regions, this.#fleet.hosts.length, () => performance.now());
    return new Reloads({
      phase: () => this.#phase,
      current: () => ({ plan: this.#plan, compiled: this.#compiled, bound: this.#bound }),
      resolve: (compiled) => this.#resolving.resolve(compiled),
      free: () => slots.free(this.#plan),
      applyUpstreams: async (plan) => this.#upstreams?.apply(plan),
      prepare: (plan, known) => this.#fleet.prepare(plan, known),
      show: (plan) => {
        this.#threads?.intake.drain();
        this.#facts.flush();
        slots.follow(this.#shown, plan);
        this.#shown = plan;
      },
      commit: async (plan, compiled, prepared) => {
        this.#compiled = compiled;
        this.#plan = plan;
        this.#bound = ofLive(plan, prepared.bound);
        await this.#fleet.commit(plan, prepared);
      },
    });
  }

  async #stop(signal: string | null): Promise<{ cut: number }> {
    const started = performance.now();
    this.#phase = 'draining';
    const { connections } = this.#memory;
    this.#tell({ event: 'draining', connections, timeoutMs: this.#plan.drainMs, signal });
    await Promise.race([this.#fleet.stopAccepting(), this.#drain.wanted]);
    const cut = await this.#drain.run(this.#plan);
    this.#upstreams?.stop();
    await this.#fleet.close();
    this.#threads?.intake.drain();
    this.#facts.flush();
    this.#tell({ event: 'drained', cut, durationMs: performance.now() - started });
    await this.#close();
    return { cut };
  }

  async #startWatchers(): Promise<void> {
    for (const start of WATCHERS) {
      const watcher = await start({
        plan: () => this.#shown,
        facts: this.#facts,
        layout: COUNTERS,
        counters: () => this.#memory.counters,
        upstreams: this.#memory.upstreams,
        pulses: (connections) => this.#fleet.pulses(connections),
        names: () => this.#resolving.names.status(),
        version: VERSION,
      });
      this.#watchers.push(watcher);
      Object.assign(this.#urls, watcher.urls);
    }
  }

  /** In milliseconds since 1970. */
  #wallTime(): number {
    const { timers } = this.#plane;
    return timers.epoch + timers.now();
  }

  #tell(event: ServiceEvent): void {
    for (const watcher of this.#watchers) watcher.event(event);
  }

  async #close(): Promise<void> {
    this.#resolving.names.stop();
    this.#upstreams?.stop();
    await this.#fleet.close();
    this.#threads?.close();
    await this.#plane.close();
    const unwritten = await flushTees(FLUSH_MS_MAX);
    if (unwritten > 0)
      this.#defect(`${unwritten} tee files were not written to their end in ${FLUSH_MS_MAX} ms`);
    this.#facts.flush();
    await Promise.all(this.#watchers.splice(0).map((watcher) => watcher.close()));
    await this.#closeAdmin?.();
    this.#closeAdmin = null;
    this.#phase = 'stopped';
  }
}
