import type { CapturedConnection } from '../capture/index.ts';
import type { CloseReason } from '../core/close-reason.ts';
import type { Endpoint } from '../core/ports.ts';
import type { Tapped } from '../stream/index.ts';
import type { Connection } from './connection.ts';

/** What the tees of a connection know of it, and how they learn of its end. Made where it has stages at all. */
export class Tap implements Tapped {
  readonly captured: CapturedConnection;
  readonly epoch: number;
  readonly shared = new Map<object, unknown>();
  readonly #connection: Connection;
  #told: ((reason: CloseReason) => void)[] = [];

  constructor(connection: Connection, backend: Endpoint) {
    const { id, listener, route, traceId, openedAt, client, header, source, terminated, shard } = connection;
    this.#connection = connection;
    this.epoch = shard.plane.timers.epoch;
    this.captured = {
      id,
      listener: listener.name,
      route: route?.name ?? null,
      traceId,
      openedAt,
      client: { peer: client.remote, own: client.local },
      backend: { peer: backend.remote, own: backend.local },
      source: header === null ? null : source,
      isDecrypted: terminated !== null,
    };
  }

  onEnd(told: (reason: CloseReason) => void): true {
    this.#told.push(told);
    return true;
  }

  /** The connection is no more. */
  ended(reason: CloseReason): void {
    const told = this.#told;
    this.#told = [];
    for (const tell of told) this.#connection.attempt(tell, reason);
  }
}
