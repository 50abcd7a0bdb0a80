import type { Connection, ConnectionRegistry, LiveStages } from './connection/index.ts';
import type { ConnectionId } from './core/connection-id.ts';
import type { Cancellable, Timers } from './core/ports.ts';
import type { LiveStagePlan, StageOutcome } from './core/stage-control.ts';

/** Connections whose stages are changed in one go; then others have their turn. */
export const CONNECTIONS_A_TURN_MAX = 1000;

/** Puts stages into the live connections of a shard. Those that come later find them in `LiveStages` by themselves. */
export class ShardStages {
  readonly #live: LiveStages;
  readonly #registry: ConnectionRegistry;
  readonly #timers: Timers;
  readonly #waits = new Map<Cancellable, () => void>();

  constructor(live: LiveStages, registry: ConnectionRegistry, timers: Timers) {
    this.#live = live;
    this.#registry = registry;
    this.#timers = timers;
  }

  /** These are all that a listener has. Resolves when its live connections have them, or are gone; never rejects. */
  async setListener(name: string, stages: readonly LiveStagePlan[]): Promise<void> {
    this.#live.setListener(name, stages);
    const connections = this.#registry.ofListener(name);
    for (let from = 0; from < connections.length; from += CONNECTIONS_A_TURN_MAX) {
      if (from > 0) await this.#turn();
      // What is put is what counts now: another change may have come in between.
      for (const connection of connections.slice(from, from + CONNECTIONS_A_TURN_MAX)) this.#put(connection);
    }
  }

  /** Puts a stage into one connection, or takes it away (null). */
  setConnection(id: ConnectionId, name: string, stage: LiveStagePlan | null): StageOutcome {
    const connection = this.#registry.get(id);
    if (connection === undefined) return { done: 'no-connection', kind: null };
    const outcome = this.#live.setConnection(id, name, stage);
    this.#put(connection);
    return outcome;
  }

  /** Changes nothing any more. */
  close(): void {
    for (const [wait, resolve] of this.#waits) {
      wait.cancel();
      resolve();
    }
    this.#waits.clear();
  }

  /** One that is not relayed yet finds them when it is. */
  #put(connection: Connection): void {
    connection.guard(() => connection.relay?.put(this.#live.of(connection)));
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => {
      const wait = this.#timers.after(0, () => {
        this.#waits.delete(wait);
        resolve();
      });
      this.#waits.set(wait, resolve);
    });
  }
}
