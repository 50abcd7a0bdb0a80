import type { AnyActorRef } from 'xstate';
import { closeReasonIndex } from '../core/close-reason.ts';
import { type ConnectionId, connectionId } from '../core/connection-id.ts';
import { textOf } from '../core/error-fact.ts';
import { IdIndex } from '../core/id-index.ts';
import { Keepsake } from '../core/keepsake.ts';
import type { SessionsEnd } from '../core/mail.ts';
import type { ListenerPlan, MachineEngine, Plan } from '../core/plan.ts';
import type { Endpoint } from '../core/ports.ts';
import { Slots } from '../core/slots.ts';
import { connectionLogic } from './actions.ts';
import { Connection, type ConnectionLogic } from './connection.ts';
import { ConnectionInspection } from './inspection.ts';
import { rootActor } from './root-actor.ts';
import type { ShardContext } from './shard-context.ts';
import { UNWATCHED } from './unwatched.ts';

/** Whose connections a registry has. */
export interface RegistryOwner {
  /** Of the shard, 0 to 255. */
  readonly number: number;
  /** How often the shard was started before, 0 to 255. */
  readonly generation: number;
  /** A connection under this context was taken up, or has gone. */
  changed(shard: ShardContext, by: 1 | -1): void;
}

/**
 * All live connections of a shard, whatever plan they live under. Each is an actor of its own in one system, whose root
 * holds no children: it would copy them with every new one. What supervision they need is here: an error of one ends that one.
 */
export class ConnectionRegistry {
  /** Tells those who inspect connections of them. */
  readonly inspection = new ConnectionInspection((id) => this.get(id));
  readonly #owner: RegistryOwner;
  readonly #live = new Slots<Connection>();
  /** Id → its slot. */
  readonly #slots = new IdIndex();
  readonly #keepsake = new Keepsake<Connection>();
  readonly #logics = new Map<MachineEngine, ConnectionLogic>();
  #root: AnyActorRef | null = null;
  #sequence = 0;

  constructor(owner: RegistryOwner) {
    this.#owner = owner;
  }

  get size(): number {
    return this.#live.size;
  }

  /** Takes over a client's endpoint and lives its connection to the end. Never throws. */
  accept(endpoint: Endpoint, shard: ShardContext, listener: ListenerPlan): void {
    const id = connectionId(this.#owner.number, this.#owner.generation, this.#sequence++);
    let connection: Connection;
    try {
      const logic = this.#logic(shard);
      const root = this.#rootOn(shard);
      connection = new Connection(id, shard, listener, endpoint, logic, root, this.#remove);
    } catch (error) {
      stillborn(id, shard, listener, endpoint, error);
      return;
    }
    this.#live.add(connection);
    this.#slots.set(id, connection.slot);
    connection.attempt(this.#came, connection);
    connection.start();
  }

  /** All of them; who comes and goes while they are gone through is seen or not. */
  all(): IterableIterator<Connection> {
    return this.#live[Symbol.iterator]();
  }

  get(id: ConnectionId): Connection | undefined {
    return this.#live.at(this.#slots.get(id)) ?? undefined;
  }

  /** Those that came by a listener of this name, under whatever plan. */
  ofListener(name: string): Connection[] {
    return [...this.#live].filter(({ listener }) => listener.name === name);
  }

  /** Ends a connection by RST after what was read is delivered; false where there is none of this id. */
  kill(id: ConnectionId): boolean {
    const connection = this.get(id);
    connection?.send({ type: 'kill' });
    return connection !== undefined;
  }

  /** Kills all, as an operator would one by one; tells how many there were. */
  killAll(): number {
    const all = [...this.#live];
    for (const connection of all) connection.send({ type: 'kill' });
    return all.length;
  }

  /** Ends at most so many of those that are relayed to a backend, those first in which nothing has moved for the longest. */
  endSessions(backend: number, most: number, why: SessionsEnd): void {
    const sessions = [...this.#live].filter((connection) => isSessionOf(connection, backend));
    if (most < sessions.length)
      sessions.sort((one, other) => one.deadlines.lastActivity - other.deadlines.lastActivity);
    for (const connection of sessions.slice(0, most)) connection.send({ type: why });
  }

  /** A drain deadline has come for those that `isMeant` says: cuts them and tells how many they were. */
  cutWhere(isMeant: (connection: Connection) => boolean): number {
    const meant = [...this.#live].filter(isMeant);
    for (const connection of meant) connection.send({ type: 'deadline.drain' });
    return meant.length;
  }

  /** Resets, at once, the connections that a plan says: those of some listeners that began before it. */
  resetOlder({ resets = [], version }: Plan): void {
    for (const connection of [...this.#live]) {
      const { listener, plan } = connection;
      if (plan.version >= version || !resets.includes(listener.name)) continue;
      connection.send({ type: 'kill' });
      // The first one lets what was read be delivered; the second one ends that.
      if (!connection.ended) connection.send({ type: 'kill' });
    }
  }

  #rootOn({ plane }: ShardContext): AnyActorRef {
    if (this.#root === null) {
      this.#root = rootActor(plane.timers, this.#chartFailed);
      this.inspection.of(this.#root.system);
    }
    return this.#root;
  }

  #logic({ plan: { machineEngine: engine }, counters: { layout, cells } }: ShardContext): ConnectionLogic {
    let logic = this.#logics.get(engine);
    if (logic === undefined) {
      logic = connectionLogic(engine, (id) => this.get(id), layout.takenOf(cells));
      this.#logics.set(engine, logic);
    }
    return logic;
  }

  readonly #came = ({ shard }: Connection): void => this.#owner.changed(shard, 1);
  readonly #went = ({ shard }: Connection): void => this.#owner.changed(shard, -1);

  readonly #chartFailed = (actorId: string, error: unknown): void => {
    for (const connection of this.#live) {
      if (connection.actor.id !== actorId) continue;
      connection.chartFailed(error);
      this.inspection.forget(connection.id);
    }
  };

  readonly #remove = (connection: Connection): void => {
    if (this.#live.delete(connection)) this.#slots.delete(connection.id);
    if (isPlain(connection)) this.#keepsake.offer(connection);
    connection.attempt(this.#went, connection);
  };
}

function isSessionOf({ row, relay, state }: Connection, backend: number): boolean {
  return row === backend && relay !== null && state !== 'draining';
}

/** It went all the way, and holds nothing to speak of: no stages, no mirrors, no TLS. */
function isPlain({ relay, tap, mirrors, clientTls, backendTls }: Connection): boolean {
  return relay !== null && tap === null && mirrors === null && clientTls === null && backendTls === null;
}

/** A client for whom no connection could be made: reset, counted as accepted and ended, and told as a defect. */
function stillborn(
  id: ConnectionId,
  shard: ShardContext,
  listener: ListenerPlan,
  endpoint: Endpoint,
  error: unknown,
): void {
  const { counters, emit, plane } = shard;
  const steps = [
    () => {
      endpoint.observe(UNWATCHED);
      endpoint.destroy();
    },
    () => {
      const { layout, cells } = counters;
      cells[layout.accepted(listener.index)]! += 1;
      cells[layout.closed(listener.index, closeReasonIndex('internal-error'))]! += 1;
    },
    () => {
      const at = plane.timers.epoch + plane.timers.now();
      emit({ kind: 'error', at, connection: id, traceId: null, message: textOf(error) });
    },
  ];
  for (const step of steps) {
    try {
      step();
    } catch {
      // Whatever else is broken, the other steps are taken, and no other connection hears of it.
    }
  }
}
