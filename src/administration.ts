import { ConnectionInspector, type Fleet, Inspections, type Memory, PoolHistories } from './control/index.ts';
import type { EventsWatch } from './core/admin-event.ts';
import type { PoolHistory } from './core/backend-history.ts';
import type { BackendChange } from './core/backend-override.ts';
import type { ConnectionId } from './core/connection-id.ts';
import type { ConnectionPage, ConnectionQuery } from './core/connection-query.ts';
import type { ConnectionView } from './core/connection-view.ts';
import type { FactQueue } from './core/fact-queue.ts';
import type { InspectedConnections, Inspecting, InspectTarget, TakeSteps } from './core/inspection.ts';
import type { MachineCounts } from './core/machine-counts.ts';
import type { Plan } from './core/plan.ts';
import type { Timers } from './core/ports.ts';
import { writeWord } from './core/shard-words.ts';
import type { BackendStatus, PoolStatus, ServiceStatus } from './core/status.ts';
import { EventHub, type TakeEvents } from './event-hub.ts';
import { actorCounts, connectionCounts, statesOfUpstreams } from './machine-counts.ts';
import { CONNECTION_TRANSITIONS, COUNTERS } from './shard-counters.ts';
import { wordsOf } from './shared-memory/index.ts';
import { listenerStatuses, poolStatuses, shardStatuses } from './status.ts';
import type { ActorBook, RunningUpstreams } from './upstream/index.ts';

/** What is told of a service and changed in it while it runs. */
export interface AdministeredParts {
  readonly memory: Memory;
  readonly fleet: Fleet;
  readonly facts: FactQueue;
  /** The plan that names what facts are about. */
  shown(): Plan;
  phase(): ServiceStatus['phase'];
  /** The plan in force, and where its listeners are bound. */
  current(): { readonly plan: Plan; readonly bound: Readonly<Record<string, string>> };
  /** Actors of control that run. */
  readonly actors: ActorBook;
  readonly timers: Timers;
  /** null before they are started. */
  upstreams(): RunningUpstreams | null;
  /** Where the actors of the names of backends stand. */
  nameStates(): readonly string[];
}

/** Answers the admin server for a service; the promises are those of `StatusSource`. */
export class Administration {
  readonly histories = new PoolHistories();
  readonly #parts: AdministeredParts;
  /** Wall time in milliseconds since 1970. */
  readonly #started = Date.now();
  readonly #hub: EventHub;
  readonly #connections: ConnectionInspector;
  readonly #inspections: Inspections;

  constructor(parts: AdministeredParts) {
    this.#parts = parts;
    const { facts, memory, fleet, shown, timers, actors } = parts;
    this.#connections = new ConnectionInspector({ fleet, facts, timers, plan: shown });
    this.#inspections = new Inspections({ connections: this.#connections, actors, timers, plan: shown });
    this.#hub = new EventHub({
      facts,
      started: this.#started,
      plan: shown,
      detail: (isWanted) => {
        for (const shard of memory.regions.words.keys())
          writeWord(wordsOf(memory.regions, shard), 'DETAIL', isWanted ? 1 : 0);
      },
    });
  }

  status(): ServiceStatus {
    const { memory, fleet, phase, current } = this.#parts;
    const { connections, counters, factsDropped, regions } = memory;
    const { plan, bound } = current();
    const isStopping = phase() === 'draining' || phase() === 'stopped';
    return {
      phase: phase(),
      started: this.#started,
      at: Date.now(),
      connections,
      planVersion: plan.version,
      shards: shardStatuses(plan, fleet.hosts, COUNTERS, regions),
      listeners: listenerStatuses(plan, COUNTERS, counters, bound, isStopping),
      pools: this.#pools(),
      factsDropped,
    };
  }

  connection(id: ConnectionId): Promise<ConnectionView | null> {
    return this.#parts.fleet.view(id);
  }

  list(query: ConnectionQuery): Promise<ConnectionPage> {
    return this.#parts.fleet.list(query);
  }

  kill(connections: readonly ConnectionId[]): Promise<number> {
    return this.#parts.fleet.kill(connections);
  }

  override(pool: string, backend: string, change: BackendChange, by: string): BackendStatus | null {
    if (this.#parts.upstreams()?.override(pool, backend, change, by) !== true) return null;
    const { backends = [] } = this.#pools().find(({ name }) => name === pool) ?? {};
    return backends.find(({ name }) => name === backend) ?? null;
  }

  history(pool: string): PoolHistory | null {
    const isThere = this.#parts.current().plan.pools.some(({ name, retired }) => name === pool && !retired);
    return isThere ? this.histories.of(pool) : null;
  }

  counts(): Readonly<Record<string, MachineCounts>> {
    const { memory, fleet, upstreams, nameStates } = this.#parts;
    const { balancers, checkers } = statesOfUpstreams(upstreams()?.actors ?? []);
    return {
      connection: connectionCounts(COUNTERS, memory.counters, CONNECTION_TRANSITIONS, null),
      balancer: actorCounts(balancers),
      'health-checker': actorCounts(checkers),
      name: actorCounts(nameStates()),
      circuit: actorCounts(upstreams()?.circuits ?? []),
      shard: actorCounts(fleet.hosts.map(({ state }) => state)),
    };
  }

  listenerCounts(listener: string): MachineCounts | null {
    const { memory, current } = this.#parts;
    const found = current().plan.listeners.filter(({ name }) => name === listener);
    const { index = null } = found.find(({ retired }) => !retired) ?? found[0] ?? {};
    if (index === null) return null;
    return connectionCounts(COUNTERS, memory.counters, CONNECTION_TRANSITIONS, index);
  }

  events(take: TakeEvents, wantsDetail: boolean, after: number | null): EventsWatch {
    return this.#hub.watch(take, wantsDetail, after);
  }

  /** Connections that shards are to tell the transitions of. */
  get inspected(): InspectedConnections {
    return this.#connections.inspected;
  }

  inspect(target: InspectTarget, take: TakeSteps): Promise<Inspecting> {
    return this.#inspections.inspect(target, take);
  }

  /** A plan was put in force: what it no longer has is forgotten, and no longer inspected. */
  follow(plan: Plan): void {
    this.histories.follow(plan);
    this.#inspections.follow(plan);
  }

  #pools(): PoolStatus[] {
    const { memory, current, upstreams, timers } = this.#parts;
    return poolStatuses(
      current().plan,
      memory.upstreams,
      memory.regions,
      timers.epoch + timers.now(),
      (pool, backend) => upstreams()?.overrides.get(pool, backend) ?? null,
    );
  }
}
