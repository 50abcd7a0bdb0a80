import { type ConnectionId, connectionId } from '../core/connection-id.ts';
import type { ListenerPlan } from '../core/plan.ts';
import type { Endpoint } from '../core/ports.ts';
import { connectionLogic } from './actions.ts';
import { Connection } from './connection.ts';
import type { ShardContext } from './shard-context.ts';

/**
 * All live connections of a shard. Each is a root actor of its own: a parent would copy its children with every new
 * one. What supervision they need is here: an error of one ends that one.
 */
export class ConnectionRegistry {
  readonly #shard: ShardContext;
  readonly #number: number;
  readonly #live = new Map<ConnectionId, Connection>();
  readonly #logic = connectionLogic((id) => this.#live.get(id));
  readonly #onEmpty: () => void;
  #sequence = 0;

  /** `number` is the shard's; `onEmpty` is called whenever the last connection has ended. */
  constructor(shard: ShardContext, number: number, onEmpty: () => void) {
    this.#shard = shard;
    this.#number = number;
    this.#onEmpty = onEmpty;
  }

  get size(): number {
    return this.#live.size;
  }

  /** Takes over a client's endpoint and lives its connection to the end. */
  accept(endpoint: Endpoint, listener: ListenerPlan): void {
    const id = connectionId(this.#number, 0, this.#sequence++);
    const connection = new Connection(id, this.#shard, listener, endpoint, this.#logic, this.#remove);
    this.#live.set(id, connection);
    connection.start();
  }

  get(id: ConnectionId): Connection | undefined {
    return this.#live.get(id);
  }

  /** Ends a connection by RST after what was read is delivered; false where there is none of this id. */
  kill(id: ConnectionId): boolean {
    const connection = this.#live.get(id);
    connection?.send({ type: 'kill' });
    return connection !== undefined;
  }

  /** The service's drain deadline has come: cuts all that are left and tells how many. */
  cutAll(): number {
    const left = [...this.#live.values()];
    for (const connection of left) connection.send({ type: 'deadline.drain' });
    return left.length;
  }

  readonly #remove = (connection: Connection): void => {
    this.#live.delete(connection.id);
    if (this.#live.size === 0) this.#onEmpty();
  };
}
