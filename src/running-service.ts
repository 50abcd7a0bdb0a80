import type { AdminWrite } from './admin/index.ts';
import { Administration } from './administration.ts';
import {
  type Bound,
  CaptureKeeper,
  Doors,
  Drain,
  Fleet,
  LocalShard,
  Memory,
  type Next,
  Overlaid,
  ofLive,
  openAdmin,
  openToxiproxy,
  type Reloaded,
  Reloads,
  Resolving,
  Slots,
  StageKeeper,
  Threads,
  threadStarter,
  Watchers,
} from './control/index.ts';
import { errorFact, messageOf } from './core/error-fact.ts';
import type { FactQueue } from './core/fact-queue.ts';
import type { Plan } from './core/plan.ts';
import type { Plane } from './core/ports.ts';
import type { ServiceStatus } from './core/status.ts';
import type { ServiceEvent, StartWatcher } from './core/watcher.ts';
import { createNetPlane } from './plane/net/index.ts';
import type { Service, ServiceOptions } from './running.ts';
import { SHARD_ENTRY } from './shard-boot.ts';
import { COUNTERS } from './shard-counters.ts';
import { FLUSH_MS_MAX } from './shard-serve.ts';
import { flushTees, reportStageErrors } from './stream/index.ts';
import { superviseUpstreams } from './supervise-upstreams.ts';
import type { ApiWrite } from './toxiproxy/index.ts';
import { ActorBook, type RunningUpstreams } from './upstream/index.ts';
import { VERSION } from './version.ts';

/** A service, from its start to its end. */
export class RunningService implements Service {
  readonly stages: StageKeeper;
  readonly captures: CaptureKeeper;
  readonly #memory: Memory;
  readonly #plane: Plane;
  readonly #facts: FactQueue;
  readonly #threads: Threads | null;
  readonly #fleet: Fleet;
  readonly #reloads: Reloads;
  readonly #drain: Drain;
  readonly #resolving: Resolving;
  readonly #defect = (error: unknown): void => this.#facts.emit(errorFact(error, Date.now()));
  readonly #tell = (event: ServiceEvent): void => this.#watchers.tell(event);
  /** In milliseconds since 1970. */
  readonly #wallTime = (): number => this.#plane.timers.epoch + this.#plane.timers.now();
  readonly reloadFailed = (error: unknown) =>
    this.#tell({ event: 'reload.failed', message: messageOf(error) });
  readonly status = () => this.#administration.status();
  readonly cut = () => this.#drain.cut();
  readonly adminWrote = (write: AdminWrite) => this.#tell({ event: 'admin.write', ...write });
  readonly toxiproxyWrote = (write: ApiWrite) => this.#tell({ event: 'toxiproxy.write', ...write });
  readonly overlaid: Overlaid;
  readonly #administration: Administration;
  readonly #watching: readonly StartWatcher[];
  readonly #watchers = new Watchers();
  readonly #doors = new Doors();
  readonly #actors = new ActorBook();
  /** As the configuration was compiled, with what was asked for besides. */
  #compiled: Plan;
  #plan: Plan;
  /** What watchers see: during a reload already the next plan. */
  #shown: Plan;
  #bound: Bound = {};
  #text: string | null;
  #phase: ServiceStatus['phase'] = 'starting';
  #upstreams: RunningUpstreams | null = null;
  #drained: Promise<{ cut: number }> | null = null;
  #settleStopped: (drained: Promise<unknown>) => void = () => {};
  readonly stopped = new Promise<unknown>((resolve) => {
    this.#settleStopped = resolve;
  });

  /** `watching` are those who watch it: everything else runs the same without any. */
  constructor(plan: Plan, options: ServiceOptions, watching: readonly StartWatcher[]) {
    this.#watching = watching;
    this.#compiled = plan;
    this.#plan = plan;
    this.#shown = plan;
    this.#text = options.text ?? null;
    this.overlaid = new Overlaid(plan);
    const memory = new Memory(plan);
    this.#memory = memory;
    this.#facts = memory.createFactQueue();
    reportStageErrors(this.#defect);
    const onOpen = (by: 1 | -1): void => memory.countDescriptor(by);
    this.#plane = options.plane ?? createNetPlane({ onObserverError: this.#defect, onOpen });
    this.#threads = plan.workers.count === 0 ? null : this.#createThreads(options.shardEntry ?? SHARD_ENTRY);
    const local = () => [new LocalShard(memory.regions, this.#plane, this.#facts.emit)];
    const fleet = new Fleet(this.#threads?.shards ?? local());
    this.#fleet = fleet;
    const { timers } = this.#plane;
    this.stages = new StageKeeper({ fleet, plan: () => this.#plan, now: this.#wallTime, tell: this.#tell });
    this.captures = new CaptureKeeper({ stages: this.stages, timers });
    this.#drain = new Drain(fleet, () => memory.connections);
    this.#reloads = this.#createReloads();
    this.#resolving = new Resolving(plan, {
      timers,
      tell: this.#tell,
      emit: this.#facts.emit,
      enterActor: this.#actors.enter,
      phase: () => this.#phase,
      shards: () => fleet.hosts,
      upstreams: () => this.#upstreams,
      again: () => this.#reloads.again(),
    });
    // Whoever called `drain` hears of it where it fails.
    this.stopped.catch(() => {});
    this.#administration = new Administration({
      memory,
      fleet,
      actors: this.#actors,
      timers,
      facts: this.#facts,
      shown: () => this.#shown,
      phase: () => this.#phase,
      current: () => ({ plan: this.#plan, bound: this.#bound }),
      upstreams: () => this.#upstreams,
      nameStates: () => this.#resolving.names.states(),
    });
  }

  get configText(): string | null {
    return this.#text;
  }

  get plan(): Plan {
    return this.#plan;
  }

  get listeners(): Bound {
    return this.#bound;
  }

  get urls(): Readonly<Record<string, string>> {
    return this.#doors.urls;
  }

  async start(): Promise<void> {
    const urls = await this.#watchers.start(this.#watching, {
      plan: () => this.#shown,
      facts: this.#facts,
      layout: COUNTERS,
      counters: () => this.#memory.counters,
      upstreams: this.#memory.upstreams,
      pulses: (connections) => this.#fleet.pulses(connections),
      names: () => this.#resolving.names.status(),
      version: VERSION,
    });
    Object.assign(this.#doors.urls, urls);
    if (this.#plan.admin !== null)
      this.#doors.add('admin', await openAdmin(this.#plan.admin, this.#administration, this));
    this.#plan = this.#shown = await this.#resolving.resolve(this.#compiled);
    this.#upstreams = superviseUpstreams(this.#plan, {
      plane: this.#plane,
      memory: this.#memory,
      fleet: this.#fleet,
      facts: this.#facts,
      enterActor: this.#actors.enter,
      names: this.#resolving.names,
      noted: this.#administration.histories.note,
      now: this.#wallTime,
    });
    this.#bound = ofLive(this.#plan, await this.#fleet.start(this.#plan));
    await this.#upstreams.ready;
    this.#phase = 'ready';
    if (this.#plan.toxiproxy !== undefined)
      this.#doors.add('toxiproxy', await openToxiproxy(this.#plan.toxiproxy, this.overlaid, this));
    this.#facts.flush();
    this.#tell({ event: 'ready', listeners: this.#bound, urls: this.#doors.urls });
    await this.#resolving.followServices();
  }

  reload(plan: Plan, text: string | null = null): Promise<Reloaded> {
    return this.reloadTo(() => {
      const next = this.overlaid.under(plan);
      const taken = (): void => {
        next.taken?.();
        this.#text = text;
      };
      return { ...next, taken };
    });
  }

  async reloadTo(next: () => Next): Promise<Reloaded> {
    const began = performance.now();
    try {
      const reloaded = await this.#reloads.run(next);
      this.#facts.flush();
      this.#tell({ event: 'reloaded', ...reloaded, durationMs: performance.now() - began });
      return reloaded;
    } catch (error) {
      this.reloadFailed(error);
      throw error;
    }
  }

  drain(signal: string | null): Promise<{ readonly cut: number }> {
    this.#drained ??= this.#stop(signal);
    this.#settleStopped(this.#drained);
    return this.#drained;
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
      stages: () => this.stages.all,
      inspected: () => this.#administration.inspected,
      enterActor: this.#actors.enter,
      took: (plan, bound) => {
        if (plan === this.#plan) this.#bound = ofLive(plan, { ...this.#bound, ...bound });
      },
      tell: this.#tell,
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
        this.#administration.follow(plan);
        await this.stages.follow(plan);
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
    await this.captures.end();
    await this.#fleet.close();
    this.#threads?.intake.drain();
    this.#facts.flush();
    this.#tell({ event: 'drained', cut, durationMs: performance.now() - started });
    await this.#close();
    return { cut };
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
    await this.#watchers.close();
    await this.#doors.close();
    await this.captures.close();
    this.#phase = 'stopped';
  }
}
