import { randomFillSync } from 'node:crypto';
import { startAdmin } from './admin/index.ts';
import { CountersLayout } from './core/counters.ts';
import { FactQueue } from './core/fact-queue.ts';
import type { Plan } from './core/plan.ts';
import type { Plane } from './core/ports.ts';
import type { ServiceStatus } from './core/status.ts';
import { UpstreamTable } from './core/upstream-table.ts';
import type { ServiceEvent, StartWatcher, Watcher } from './core/watcher.ts';
import { createNetPlane } from './plane/net/index.ts';
import { Shard } from './shard.ts';
import { listenerStatuses, poolStatuses } from './status.ts';
import { flushTees, reportStageErrors } from './stream/index.ts';
import { createPicker, startUpstreams } from './upstream/index.ts';
import { VERSION } from './version.ts';

/** Who watches a service. Everything else runs the same with this list empty. */
const WATCHERS: StartWatcher[] = [];
WATCHERS.push((await import('./telemetry/index.ts')).start);

/** How long files that are being written may take when the service stops. */
const FLUSH_MS_MAX = 5000;

/** A proxy that is running. Whoever started it ends it with `drain`. */
export interface Service {
  readonly plan: Plan;
  /** Listener name to the address it is bound to. */
  readonly listeners: Readonly<Record<string, string>>;
  /** What is served for people: `admin`, `metrics` to URL. */
  readonly urls: Readonly<Record<string, string>>;
  status(): ServiceStatus;
  /**
   * Stops accepting, waits for connections until the plan's drain time has passed, cuts the rest, closes everything.
   * `signal` is told in the log. A second call waits for the first.
   */
  drain(signal: string | null): Promise<{ readonly cut: number }>;
  /** Cuts what is left at once, without waiting for delivery. Has its effect in a drain, also one that comes later. */
  cut(): void;
}

export interface ServiceOptions {
  /** Default: a new net plane. The service closes it either way. */
  readonly plane?: Plane;
}

/**
 * Runs a plan. Resolves when all listeners are bound and the first round of probes is over. Rejects with a SluiceError
 * (LISTEN_FAILED, ADMIN_FAILED, METRICS_FAILED), and then nothing is left running.
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
  readonly plan: Plan;
  readonly #plane: Plane;
  readonly #layout: CountersLayout;
  readonly #cells: Float64Array;
  readonly #facts: FactQueue;
  readonly #table: UpstreamTable;
  readonly #shard: Shard;
  readonly #started = Date.now();
  readonly #watchers: Watcher[] = [];
  readonly #urls: Record<string, string> = {};
  #listeners: Record<string, string> = {};
  #phase: ServiceStatus['phase'] = 'starting';
  #upstreams: ReturnType<typeof startUpstreams> | null = null;
  #closeAdmin: (() => Promise<void>) | null = null;
  #draining: Promise<{ cut: number }> | null = null;
  #cutNow: (() => void) | null = null;
  #cutWanted = false;

  constructor(plan: Plan, options: ServiceOptions) {
    this.plan = plan;
    reportStageErrors((error) => this.#defect(error));
    this.#plane = options.plane ?? createNetPlane({ onObserverError: (error) => this.#defect(error) });
    this.#layout = new CountersLayout({ listeners: plan.listeners.length, backends: plan.backends.length });
    this.#cells = this.#layout.allocate();
    this.#facts = new FactQueue(
      (run) => void setImmediate(run),
      () => {
        this.#cells[this.#layout.factsDropped()]! += 1;
      },
    );
    this.#table = new UpstreamTable(plan.backends.length);
    this.#shard = new Shard({
      number: 0,
      plan,
      plane: this.#plane,
      upstreams: createPicker(plan, this.#table),
      counters: { layout: this.#layout, cells: this.#cells },
      emit: this.#facts.emit,
      random: (bytes) => randomFillSync(bytes),
    });
  }

  get listeners(): Readonly<Record<string, string>> {
    return this.#listeners;
  }

  get urls(): Readonly<Record<string, string>> {
    return this.#urls;
  }

  async start(): Promise<void> {
    await this.#startWatchers();
    if (this.plan.admin !== null) {
      const admin = await startAdmin(this.plan.admin.listen, { status: () => this.status() });
      this.#closeAdmin = admin.close;
      this.#urls['admin'] = admin.url;
    }
    this.#upstreams = startUpstreams({
      plan: this.plan,
      plane: this.#plane,
      table: this.#table,
      emit: this.#facts.emit,
      now: () => this.#plane.timers.epoch + this.#plane.timers.now(),
    });
    this.#listeners = await this.#shard.listen();
    await this.#upstreams.ready;
    this.#phase = 'ready';
    this.#facts.flush();
    this.#tell({ event: 'ready', listeners: this.#listeners, urls: this.#urls });
  }

  status(): ServiceStatus {
    return {
      phase: this.#phase,
      started: this.#started,
      connections: this.#shard.connections,
      listeners: listenerStatuses(this.plan, this.#layout, [this.#cells], this.#listeners),
      pools: poolStatuses(this.plan, this.#table),
      factsDropped: this.#cells[this.#layout.factsDropped()] ?? 0,
    };
  }

  drain(signal: string | null): Promise<{ readonly cut: number }> {
    this.#draining ??= this.#drain(signal);
    return this.#draining;
  }

  cut(): void {
    this.#cutWanted = true;
    this.#cutNow?.();
  }

  /** Undoes a start that failed half-way. */
  async abandon(): Promise<void> {
    await this.#shard.stopAccepting();
    this.#shard.cut();
    await this.#close();
  }

  async #drain(signal: string | null): Promise<{ cut: number }> {
    const started = performance.now();
    this.#phase = 'draining';
    const timeoutMs = this.plan.drainMs;
    this.#tell({ event: 'draining', connections: this.#shard.connections, timeoutMs, signal });
    await this.#shard.stopAccepting();
    const cut = await this.#waitOrCut(timeoutMs);
    this.#upstreams?.stop();
    this.#shard.close();
    this.#facts.flush();
    this.#tell({ event: 'drained', cut, durationMs: performance.now() - started });
    await this.#close();
    return { cut };
  }

  /** Waits for the last connection; cuts when the time has come or `cut` is called. Tells how many were cut. */
  async #waitOrCut(timeoutMs: number): Promise<number> {
    let cut = 0;
    const cutAll = (): void => {
      cut += this.#shard.cut();
    };
    const timer = timeoutMs === 0 ? null : setTimeout(cutAll, timeoutMs);
    if (timeoutMs === 0) cutAll();
    this.#cutNow = () => {
      if (cut === 0) cutAll();
      this.#shard.cut();
    };
    if (this.#cutWanted) this.#cutNow();
    await this.#shard.empty();
    if (timer !== null) clearTimeout(timer);
    this.#cutNow = null;
    return cut;
  }

  async #startWatchers(): Promise<void> {
    for (const start of WATCHERS) {
      const watcher = await start({
        plan: this.plan,
        facts: this.#facts,
        layout: this.#layout,
        counters: () => [this.#cells],
        upstreams: this.#table,
        version: VERSION,
      });
      this.#watchers.push(watcher);
      Object.assign(this.#urls, watcher.urls);
    }
  }

  #tell(event: ServiceEvent): void {
    for (const watcher of this.#watchers) watcher.event(event);
  }

  async #close(): Promise<void> {
    this.#upstreams?.stop();
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

  #defect(error: unknown): void {
    this.#facts.emit({
      kind: 'error',
      at: Date.now(),
      connection: null,
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
}
