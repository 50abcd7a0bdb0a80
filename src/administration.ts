import type { Fleet, Memory } from './control/index.ts';
import type { BackendChange } from './core/backend-override.ts';
import type { ConnectionId } from './core/connection-id.ts';
import type { ConnectionPage, ConnectionQuery } from './core/connection-query.ts';
import type { ConnectionView } from './core/connection-view.ts';
import type { Plan } from './core/plan.ts';
import type { BackendStatus, PoolStatus, ServiceStatus } from './core/status.ts';
import { COUNTERS } from './shard-counters.ts';
import { listenerStatuses, poolStatuses, shardStatuses } from './status.ts';
import type { RunningUpstreams } from './upstream/index.ts';

/** What is told of a service and changed in it while it runs; it has no state of its own. */
export interface AdministeredParts {
  readonly memory: Memory;
  readonly fleet: Fleet;
  /** Wall time in milliseconds since 1970. */
  readonly started: number;
  phase(): ServiceStatus['phase'];
  /** The plan in force, and where its listeners are bound. */
  current(): { readonly plan: Plan; readonly bound: Readonly<Record<string, string>> };
  /** null before they are started. */
  upstreams(): RunningUpstreams | null;
}

/** Answers the admin server for a service; the promises are those of `StatusSource`. */
export class Administration {
  readonly #parts: AdministeredParts;

  constructor(parts: AdministeredParts) {
    this.#parts = parts;
  }

  status(): ServiceStatus {
    const { memory, fleet, started, phase, current } = this.#parts;
    const { connections, counters, factsDropped, regions } = memory;
    const { plan, bound } = current();
    return {
      phase: phase(),
      started,
      connections,
      planVersion: plan.version,
      shards: shardStatuses(plan, fleet.hosts, COUNTERS, regions),
      listeners: listenerStatuses(plan, COUNTERS, counters, bound),
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

  #pools(): PoolStatus[] {
    const { memory, current, upstreams } = this.#parts;
    return poolStatuses(
      current().plan,
      memory.upstreams,
      (pool, backend) => upstreams()?.overrides.get(pool, backend) ?? null,
    );
  }
}
