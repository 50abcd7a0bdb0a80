import {
  ConnectionRegistry,
  createAdmission,
  type FillRandom,
  LimitReports,
  type ShardContext,
  TraceIds,
  WaitingRoom,
} from './connection/index.ts';
import { formatAddress } from './core/address.ts';
import type { Counters } from './core/counters.ts';
import { SluiceError } from './core/errors.ts';
import { type FactSink, LIMIT_KINDS } from './core/facts.ts';
import type { ListenerPlan, Plan } from './core/plan.ts';
import type { Listening, Plane } from './core/ports.ts';
import type { Upstreams } from './core/upstreams.ts';
import { compileRoutes } from './route/index.ts';
import { TimerScheduler } from './stream/index.ts';

/** What a shard is made of. It owns none of it. */
export interface ShardParts {
  /** Position among the shards, 0 to 255. */
  readonly number: number;
  readonly plan: Plan;
  readonly plane: Plane;
  readonly upstreams: Upstreams;
  readonly counters: Counters;
  readonly emit: FactSink;
  readonly random: FillRandom;
}

/** One shard: a plane and the connections that live on it, from accept to close. */
export class Shard {
  readonly #parts: ShardParts;
  readonly #context: ShardContext;
  readonly #registry: ConnectionRegistry;
  readonly #listening: Listening[] = [];
  #waitingForEmpty: (() => void)[] = [];

  constructor(parts: ShardParts) {
    const { plan, plane, emit } = parts;
    const admission = createAdmission(plan, () => plane.timers.now());
    this.#parts = parts;
    this.#context = {
      plan,
      plane,
      emit,
      admission,
      upstreams: parts.upstreams,
      counters: parts.counters,
      scheduler: new TimerScheduler(plane.timers),
      waitingRoom: new WaitingRoom(plan.listeners.length, admission, plane.timers, (listener, by) => {
        parts.counters.cells[parts.counters.layout.waiting(listener)]! += by;
      }),
      limitReports: new LimitReports(emit, plane.timers),
      traceIds: new TraceIds(parts.random),
      routes: plan.listeners.map((listener) => compileRoutes(listener.routes)),
    };
    this.#registry = new ConnectionRegistry(this.#context, parts.number, () => this.#emptied());
  }

  /** Live connections. */
  get connections(): number {
    return this.#registry.size;
  }

  /** Places that connections hold under the limits. */
  get reserved(): number {
    return this.#context.admission.reserved;
  }

  /** The connections themselves, for inspection. */
  get registry(): ConnectionRegistry {
    return this.#registry;
  }

  /** Binds every listener, in the order of the plan; rejects with LISTEN_FAILED at the first that cannot be. */
  async listen(): Promise<Record<string, string>> {
    const bound: Record<string, string> = {};
    for (const listener of this.#parts.plan.listeners) {
      const listening = await this.#bind(listener);
      this.#listening.push(listening);
      bound[listener.name] = formatAddress(listening.address);
    }
    return bound;
  }

  /** Accepts what waits in the queues, then no more. Connections live on. */
  async stopAccepting(): Promise<void> {
    await Promise.all(this.#listening.splice(0).map((listening) => listening.close()));
  }

  /** Cuts every connection: what was read is delivered within linger, then RST. Tells how many there were. */
  cut(): number {
    return this.#registry.cutAll();
  }

  /** Resolves when no connection is left. */
  async empty(): Promise<void> {
    if (this.#registry.size === 0) return;
    await new Promise<void>((resolve) => this.#waitingForEmpty.push(resolve));
  }

  /** Tells the limits that were counted and not told yet. Call when nothing is accepted any more. */
  close(): void {
    this.#context.limitReports.flush();
    this.#context.waitingRoom.close();
  }

  async #bind(listener: ListenerPlan): Promise<Listening> {
    const { plan, plane } = this.#parts;
    try {
      return await plane.listen(listener.listen, plan.socket, {
        accept: (endpoint) => this.#registry.accept(endpoint, listener),
        failed: () => this.#acceptFailed(listener),
        gone: () => {
          const { layout, cells } = this.#parts.counters;
          cells[layout.gone(listener.index)]! += 1;
        },
      });
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? String(error);
      const where = formatAddress(listener.listen);
      throw new SluiceError(
        'LISTEN_FAILED',
        `listener "${listener.name}" cannot be bound to ${where}: ${code}`,
        {
          cause: error,
        },
      );
    }
  }

  #acceptFailed(listener: ListenerPlan): void {
    const { layout, cells } = this.#parts.counters;
    cells[layout.limit(listener.index, LIMIT_KINDS.indexOf('descriptors'))]! += 1;
    this.#context.limitReports.hit(listener.index, 'descriptors');
  }

  #emptied(): void {
    for (const resolve of this.#waitingForEmpty.splice(0)) resolve();
  }
}
