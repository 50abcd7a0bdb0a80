import type { QueuePlan } from '../core/plan.ts';
import { queueKey } from '../core/pool-places.ts';
import { ALL_FULL } from '../core/upstreams.ts';
import type { Connection } from './connection.ts';
import { keyOf } from './pick-key.ts';
import type { Queued } from './pool-queues.ts';

/** A connection's place in the queue of its pool. It keeps it to its end: one that waits again is not last again. */
export class QueuedDial implements Queued {
  readonly key: number;
  readonly pool: number;
  readonly plan: object;
  readonly waitingMax: number;
  /** Since when it waits, wall time in milliseconds; null while it does not. */
  since: number | null = null;
  /** How long it has waited before. */
  #waitedMs = 0;
  readonly #connection: Connection;

  constructor(connection: Connection, { waitingMax }: QueuePlan) {
    const { pool, shard, route } = connection;
    this.#connection = connection;
    this.pool = pool;
    this.plan = shard;
    this.waitingMax = waitingMax;
    this.key = queueKey(route?.priority ?? 0, shard.poolPlaces.ticket(pool));
  }

  /** How long it has waited in all. */
  waitedMs(now: number): number {
    return this.#waitedMs + (this.since === null ? 0 : now - this.since);
  }

  /** It waits no longer. */
  stop(now: number): void {
    this.#waitedMs = this.waitedMs(now);
    this.since = null;
  }

  pick(): number {
    const connection = this.#connection;
    return connection.shard.upstreams.pick(this.pool, keyOf(connection), connection.tried);
  }

  placed(row: number): void {
    this.#connection.dial = { row, from: null, isMadeAhead: false, cancel: () => {} };
    this.#connection.send({ type: 'placed' });
  }

  refused(): void {
    this.#connection.send({ type: 'dial.failed', reason: 'no-backend', retry: false });
  }

  defect(error: unknown): void {
    this.#connection.defect(error);
  }
}

/** A backend for the connection, or a number below 0. Where others wait for one it is not asked for: they came first. */
export function pickBackend(connection: Connection): number {
  const { shard, pool, tried } = connection;
  if (queueOf(connection) !== null && shard.poolPlaces.waiting(pool) > 0) return ALL_FULL;
  return shard.upstreams.pick(pool, keyOf(connection), tried);
}

/** `pickBackend` has found none: the connection waits for one, or ends. */
export function waitOrFail(connection: Connection, picked: number): void {
  if (picked !== ALL_FULL) connection.send({ type: 'dial.failed', reason: 'no-backend', retry: false });
  else if (queueOf(connection) !== null) connection.send({ type: 'queued' });
  else refuse(connection, 'no-backend');
}

/** Entry of `queue`: joins it, where there is room. */
export function waitForPlace(connection: Connection): void {
  const { shard, deadlines, pool } = connection;
  const plan = queueOf(connection) as QueuePlan;
  connection.queued ??= new QueuedDial(connection, plan);
  connection.queued.since = connection.now();
  deadlines.after('deadline.queue', plan.timeoutMs);
  if (shard.poolQueues.add(connection.queued)) return;
  const { layout, cells } = shard.counters;
  cells[layout.pools(pool, 'queue-full')]! += 1;
  connection.refusal = `${plan.waitingMax} connections wait for the pool already`;
  refuse(connection, 'limit');
}

/** Exit of `queue`: leaves it, if it is in it still. A second call does nothing. */
export function stopWaiting(connection: Connection): void {
  const { queued, shard, deadlines } = connection;
  if (queued === null || queued.since === null) return;
  deadlines.cancel('deadline.queue');
  queued.stop(connection.now());
  shard.poolQueues.remove(queued);
}

function queueOf({ plan, pool }: Connection): QueuePlan | null {
  return plan.pools[pool]?.queue ?? null;
}

function refuse(connection: Connection, reason: 'no-backend' | 'limit'): void {
  const how = connection.plan.pools[connection.pool]?.onFull ?? 'reset';
  connection.send({ type: 'dial.failed', reason, retry: false, how });
}
