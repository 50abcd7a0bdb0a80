import type { AnyActorRef, InspectionEvent, Subscription } from 'xstate';
import type { ConnectionContext } from '../../machines/connection.ts';
import { type ConnectionId, formatConnectionId } from '../core/connection-id.ts';
import type { ActorSnapshot, InspectedConnections, PresentConnection } from '../core/inspection.ts';
import type { Connection } from './connection.ts';

type System = AnyActorRef['system'];

interface Followed {
  readonly connection: Connection;
  /** It began while its listener was inspected, and is told of as long as that is. */
  readonly isNew: boolean;
  /** Number of the transition that was told last. */
  step: number;
}

/** What an actor of the chart says of itself to whoever inspects. */
interface ChartSnapshot {
  readonly value: unknown;
  readonly status: ActorSnapshot['status'];
  readonly context: ConnectionContext;
}

/**
 * Tells of each transition of the connections that somebody inspects, by XState's own inspection of a shard's actors. While
 * there is nobody no actor is inspected, and a connection pays nothing.
 */
export class ConnectionInspection {
  readonly #find: (id: ConnectionId) => Connection | undefined;
  readonly #followed = new Map<ConnectionId, Followed>();
  #listeners: ReadonlySet<string> = new Set();
  #system: System | null = null;
  #observing: Subscription | null = null;

  /** `find` gives the live connection behind an id. */
  constructor(find: (id: ConnectionId) => Connection | undefined) {
    this.#find = find;
  }

  /** Connections that are told of. */
  get size(): number {
    return this.#followed.size;
  }

  /** Whether a shard's actors are inspected. */
  get isObserving(): boolean {
    return this.#observing !== null;
  }

  /** The system of all connections, once there is one. */
  of(system: System): void {
    this.#system = system;
    this.#observe();
  }

  /** These are all that are to be told of. Those named by id that live, as they stand now: what is told comes after that. */
  follow({ connections, listeners }: InspectedConnections): PresentConnection[] {
    this.#listeners = new Set(listeners);
    const named = new Set(connections);
    for (const [id, { connection, isNew }] of this.#followed) {
      const isMeant = named.has(id) || (isNew && this.#listeners.has(connection.listener.name));
      if (!isMeant || connection.ended) this.#followed.delete(id);
    }
    const present = connections.flatMap((id) => {
      const connection = this.#find(id);
      return connection === undefined ? [] : [presentOf(this.#take(connection, false))];
    });
    this.#observe();
    return present;
  }

  /** A connection has ended in a way that its chart tells nothing of. */
  forget(id: ConnectionId): void {
    this.#followed.delete(id);
    this.#observe();
  }

  #take(connection: Connection, isNew: boolean): Followed {
    let followed = this.#followed.get(connection.id);
    if (followed === undefined) {
      followed = { connection, isNew, step: isNew ? 0 : 1 };
      this.#followed.set(connection.id, followed);
    }
    return followed;
  }

  #observe(): void {
    const isWanted = this.#followed.size + this.#listeners.size > 0;
    if (!isWanted) {
      this.#observing?.unsubscribe();
      this.#observing = null;
    } else this.#observing ??= this.#system?.inspect((told) => this.#told(told)) ?? null;
  }

  #told(told: InspectionEvent): void {
    if (told.type !== '@xstate.snapshot') return;
    const { value, status, context } = told.snapshot as unknown as ChartSnapshot;
    // The root of the system has no context.
    const followed = context === undefined ? undefined : this.#followedBy(context.id, told.event.type);
    if (followed === undefined) return;
    const { connection } = followed;
    const snapshot = { value, status, context: contextOf(connection, context) };
    connection.shard.emit({
      kind: 'transition',
      at: connection.now(),
      connection: connection.id,
      listener: connection.listener.index,
      step: ++followed.step,
      event: JSON.stringify(told.event),
      snapshot: JSON.stringify(snapshot),
    });
    if (status !== 'active') this.forget(connection.id);
  }

  #followedBy(id: ConnectionId, event: string): Followed | undefined {
    const followed = this.#followed.get(id);
    if (followed !== undefined || event !== 'xstate.init') return followed;
    const connection = this.#find(id);
    if (connection === undefined || !this.#listeners.has(connection.listener.name)) return undefined;
    return this.#take(connection, true);
  }
}

function presentOf({ connection, step }: Followed): PresentConnection {
  const { value, status, context } = connection.actor.getSnapshot() as unknown as ChartSnapshot;
  return {
    connection: connection.id,
    at: connection.now(),
    listener: connection.listener.name,
    step,
    snapshot: { value, status, context: contextOf(connection, context) },
  };
}

/** What the chart knows, and whose connection it is. */
function contextOf(connection: Connection, context: ConnectionContext): Record<string, unknown> {
  const { plan, listener, route, pool, row, openedAt, visits } = connection;
  return {
    ...context,
    id: formatConnectionId(connection.id),
    listener: listener.name,
    client: connection.clientHost,
    opened: openedAt,
    since: visits.since,
    route: route?.name ?? null,
    pool: plan.pools[pool]?.name ?? null,
    backend: plan.backends[row]?.name ?? null,
  };
}
