import {
  type Connection,
  ConnectionRegistry,
  type ShardCommons,
  type ShardContext,
  viewOf,
} from './connection/index.ts';
import type { ConnectionId } from './core/connection-id.ts';
import type { ConnectionView } from './core/connection-view.ts';
import { errorFact } from './core/error-fact.ts';
import { LIMIT_KINDS } from './core/facts.ts';
import type { NameAddresses } from './core/names.ts';
import type { Plan } from './core/plan.ts';
import type { Cancellable } from './core/ports.ts';
import { writeWord } from './core/shard-words.ts';
import { commonsOf, type ShardParts } from './shard-commons.ts';
import { ShardListeners, type Target } from './shard-listeners.ts';
import { ShardPlans } from './shard-plans.ts';
import { ShardStages } from './shard-stages.ts';
import { createPicker, PickerPools, type PoolsShared } from './upstream/index.ts';

export type { ShardParts } from './shard-commons.ts';

/** A plane and the connections that live on it. Plans come in two steps, one plan at a time; connections keep theirs. */
export class Shard {
  /** Stages that come and go while connections live. */
  readonly stages: ShardStages;
  readonly #parts: ShardParts;
  readonly #commons: ShardCommons;
  readonly #registry: ConnectionRegistry;
  readonly #plans: ShardPlans;
  readonly #listeners: ShardListeners;
  /** Deadlines of listeners that a reload has taken away. */
  readonly #drains = new Set<Cancellable>();
  #prepared: { readonly context: ShardContext; readonly step: 'binding' | 'bound' } | null = null;
  #waitingForEmpty: (() => void)[] = [];

  constructor(parts: ShardParts) {
    const { number, generation, plane, table, words } = parts;
    this.#parts = parts;
    this.#commons = commonsOf(parts, {
      current: () => this.#plans.current?.plan ?? null,
      live: () => this.#registry.size,
      emptied: () => this.#tellEmpty(),
    });
    const pools = new PickerPools(number);
    const { layout, cells } = parts.counters;
    const shared: PoolsShared = {
      ...parts.pools,
      evicted: (pool) => {
        cells[layout.pools(pool, 'evicted')]! += 1;
      },
      freed: (pool) => this.#commons.poolQueues.freed(pool),
    };
    this.#plans = new ShardPlans(
      this.#commons,
      parts.createUpstreams ?? ((plan) => createPicker(plan, table, number, pools, shared)),
    );
    this.#registry = new ConnectionRegistry({
      number,
      generation,
      changed: (context, by) => {
        this.#plans.count(context, by);
        writeWord(words, 'CONNECTIONS', this.#registry.size);
        this.#tellEmpty();
      },
    });
    this.stages = new ShardStages(this.#commons.liveStages, this.#registry, plane.timers);
    this.#listeners = new ShardListeners(plane, number, {
      accept: (endpoint, { context, listener }) => this.#registry.accept(endpoint, context, listener),
      failed: (target) => this.#acceptFailed(target),
      gone: ({ listener }) => {
        const { layout, cells } = parts.counters;
        cells[layout.gone(listener.index)]! += 1;
      },
      inForce: () => this.#plans.current?.plan ?? null,
    });
  }

  /** Live connections. */
  get connections(): number {
    return this.#registry.size;
  }

  /** Places that this shard's connections hold under the limits. */
  get reserved(): number {
    return this.#parts.admission.reserved;
  }

  /** The connections themselves, for inspection. */
  get registry(): ConnectionRegistry {
    return this.#registry;
  }

  /**
   * Binds the listeners of a plan that this shard accepts on and that are not bound yet; who comes to one of those lives
   * under the new plan already. `bound` names the real addresses at which other shards have bound listeners before.
   * Resolves with name → real address of all that it accepts on. Rejects with a SluiceError LISTEN_FAILED where one cannot
   * be bound, and then everything is as before; with another Error where a plan is prepared already.
   */
  async prepare(plan: Plan, bound: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    if (this.#prepared !== null)
      throw new Error(
        `plan ${this.#prepared.context.plan.version} is being prepared; commit or abort it first`,
      );
    const context = this.#plans.create(plan);
    this.#prepared = { context, step: 'binding' };
    try {
      const addresses = await this.#listeners.open(context, bound);
      this.#prepared = { context, step: 'bound' };
      return addresses;
    } catch (error) {
      this.#undo(context);
      throw error;
    }
  }

  /**
   * Makes the prepared plan that of new connections. Sockets whose address it does not name accept what waits and are
   * closed, which is over when the promise resolves; it never rejects. Connections of a listener that it has retired are
   * cut when its `drainMs` have passed, those that it `resets` at once. Throws an Error where this version is not prepared.
   */
  commit(version: number): Promise<void> {
    const { context, step } = this.#prepared ?? {};
    if (context === undefined || step !== 'bound' || context.plan.version !== version)
      throw new Error(`plan ${version} is not prepared, so it cannot be committed`);
    const before = this.#plans.current?.plan;
    this.#prepared = null;
    this.#plans.makeCurrent(context);
    const closed = this.#listeners.use(context).catch((error: unknown) => this.#defect(error));
    for (const { index, retired } of context.plan.listeners) {
      if (retired && before?.listeners[index]?.retired === false) this.#retire(context.plan, index, closed);
    }
    this.#commons.preconnects.use(context.plan);
    this.#registry.resetOlder(context.plan);
    void closed.then(() => this.#registry.resetOlder(context.plan));
    this.#commons.waitingRoom.retry();
    this.#commons.poolQueues.grant();
    return closed;
  }

  /** Undoes a `prepare`, also one under way, and cuts who came by it. Nothing happens where the version is not prepared. */
  async abort(version: number): Promise<void> {
    const context = this.#prepared?.context;
    if (context === undefined || context.plan.version !== version) return;
    await this.#listeners.forget(context);
    if (this.#prepared?.context === context) this.#undo(context);
  }

  /** What is to be told of a connection; null where there is none of this id. */
  view(id: ConnectionId): ConnectionView | null {
    const connection = this.#registry.get(id);
    return connection === undefined ? null : viewOf(connection, this.#parts.number);
  }

  /**
   * Accepts what waits in the queues, then no more, whatever plan comes. Connections live on; those made ahead for others
   * that would have come are closed.
   */
  async stopAccepting(): Promise<void> {
    this.#commons.preconnects.close();
    await this.#listeners.closeAll();
  }

  /** Cuts every connection: delivers within linger, then RST; tells how many. Mirrors that outlived theirs end at once. */
  cut(): number {
    this.#commons.mirrors.cutAlone();
    return this.#registry.cutWhere(() => true);
  }

  /** Resolves when no connection is left, nor a mirror of one. */
  async empty(): Promise<void> {
    if (this.#isEmpty) return;
    await new Promise<void>((resolve) => this.#waitingForEmpty.push(resolve));
  }

  get #isEmpty(): boolean {
    return this.#registry.size === 0 && this.#commons.mirrors.size === 0;
  }

  #tellEmpty(): void {
    if (this.#isEmpty) for (const resolve of this.#waitingForEmpty.splice(0)) resolve();
  }

  takeNames(changes: NameAddresses): void {
    this.#commons.names.take(changes);
  }

  /** A place may be free for somebody who waits here. */
  wake(): void {
    this.#commons.waitingRoom.grant();
    this.#commons.poolQueues.grant();
  }

  /** Tells the limits that were counted and not told yet, and ends what mirrors are left. Call when nothing is accepted any more. */
  close(): void {
    this.stages.close();
    this.#commons.mirrors.cutAll();
    this.#commons.limitReports.flush();
    this.#commons.waitingRoom.close();
    this.#commons.poolQueues.close();
    this.#commons.preconnects.close();
    for (const drain of this.#drains) drain.cancel();
    this.#drains.clear();
  }

  /** Connections of a listener that `plan` has retired may finish until its drain deadline, also where it comes back. */
  #retire(plan: Plan, index: number, closed: Promise<void>): void {
    // Those that are draining already end within their own linger, which delivers what was read.
    const isMeant = ({ listener, plan: own, state }: Connection): boolean =>
      listener.index === index && own.version < plan.version && state !== 'draining';
    const end = (): void => {
      this.#registry.cutWhere(isMeant);
      // Who was still in the queue of a socket that is closing comes after the deadline.
      void closed.then(() => this.#registry.cutWhere(isMeant));
    };
    if (plan.drainMs === 0) {
      end();
      return;
    }
    const drain = this.#parts.plane.timers.after(plan.drainMs, () => {
      this.#drains.delete(drain);
      end();
    });
    this.#drains.add(drain);
  }

  #undo(context: ShardContext): void {
    this.#prepared = null;
    this.#registry.cutWhere((connection) => connection.shard === context);
    this.#plans.drop(context);
  }

  #defect(error: unknown): void {
    const { plane, emit } = this.#parts;
    emit(errorFact(error, plane.timers.epoch + plane.timers.now()));
  }

  #acceptFailed({ listener }: Target): void {
    const { layout, cells } = this.#parts.counters;
    cells[layout.limit(listener.index, LIMIT_KINDS.indexOf('descriptors'))]! += 1;
    this.#commons.limitReports.hit(listener.index, 'descriptors');
  }
}
