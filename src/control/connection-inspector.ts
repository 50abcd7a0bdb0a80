import { type ConnectionId, formatConnectionId } from '../core/connection-id.ts';
import type { FactQueue } from '../core/fact-queue.ts';
import type { Fact, TransitionFact } from '../core/facts.ts';
import type { InspectedConnections, Inspecting, TakeSteps } from '../core/inspection.ts';
import type { Plan } from '../core/plan.ts';
import type { Timers } from '../core/ports.ts';
import { ConnectionWatch } from './connection-watch.ts';
import type { Fleet } from './fleet.ts';

export interface ConnectionInspectorOptions {
  readonly fleet: Pick<Fleet, 'inspect'>;
  readonly facts: FactQueue;
  readonly timers: Timers;
  /** The plan that names what facts are about. */
  plan(): Plan;
}

/**
 * Inspects connections: tells shards which ones, all of them with each change, so that a shard which missed one is right with
 * the next, and hands what they tell to who asked for it. While nobody does, no fact is read.
 */
export class ConnectionInspector {
  readonly #options: ConnectionInspectorOptions;
  readonly #watches = new Set<ConnectionWatch>();
  #unsubscribe: (() => void) | null = null;

  constructor(options: ConnectionInspectorOptions) {
    this.#options = options;
  }

  /** All that shards are to tell of, also one that is started again. */
  get inspected(): InspectedConnections {
    const watches = [...this.#watches];
    return {
      connections: [...new Set(watches.flatMap(({ connections }) => connections))],
      listeners: [...new Set(watches.flatMap(({ listener }) => listener ?? []))],
    };
  }

  /** Tells of one connection until it ends. Never rejects. */
  async connection(id: ConnectionId, take: TakeSteps): Promise<Inspecting> {
    const watch = this.#watch(null, take);
    watch.expect(id);
    const present = await this.#tellShards();
    const own = present.find(({ connection }) => connection === id);
    if (own !== undefined) {
      watch.isPresent(own);
      return { end: () => this.#end(watch) };
    }
    this.#end(watch);
    return { none: `there is no connection ${formatConnectionId(id)}, or no more` };
  }

  /**
   * Tells of the connections that a listener accepts from now on, INSPECTED_CONNECTIONS_MAX of them, or until a reload takes the
   * listener away. Never rejects.
   */
  async listener(name: string, take: TakeSteps): Promise<Inspecting> {
    if (!hasListener(this.#options.plan(), name)) return { none: `there is no listener "${name}"` };
    const watch = this.#watch(name, take);
    await this.#tellShards();
    return { end: () => this.#end(watch) };
  }

  /** A plan was put in force. */
  follow(plan: Plan): void {
    for (const watch of this.#watches)
      if (watch.listener !== null) watch.listenerStays(hasListener(plan, watch.listener));
  }

  #watch(listener: string | null, take: TakeSteps): ConnectionWatch {
    const { timers, facts } = this.#options;
    const watch = new ConnectionWatch(listener, timers, take, () => void this.#tellShards());
    this.#watches.add(watch);
    this.#unsubscribe ??= facts.subscribe((batch) => this.#read(batch));
    return watch;
  }

  #end(watch: ConnectionWatch): void {
    if (!this.#watches.delete(watch)) return;
    watch.end();
    void this.#tellShards();
    if (this.#watches.size > 0) return;
    this.#unsubscribe?.();
    this.#unsubscribe = null;
  }

  #tellShards(): ReturnType<Fleet['inspect']> {
    return this.#options.fleet.inspect(this.inspected);
  }

  #read(facts: readonly Fact[]): void {
    for (const fact of facts) {
      if (fact.kind === 'transition') this.#took(fact);
      else if (fact.kind === 'closed') for (const watch of this.#watches) watch.closed(fact);
    }
  }

  #took(fact: TransitionFact): void {
    const listener = this.#options.plan().listeners[fact.listener]?.name ?? '';
    for (const watch of this.#watches) watch.took(fact, listener);
  }
}

function hasListener({ listeners }: Plan, name: string): boolean {
  return listeners.some((one) => one.name === name && !one.retired);
}
