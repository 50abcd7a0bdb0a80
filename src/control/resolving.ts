import { messageOf } from '../core/error-fact.ts';
import type { FactSink } from '../core/facts.ts';
import type { NameAddresses } from '../core/names.ts';
import type { Plan } from '../core/plan.ts';
import { isSame } from '../core/plan-diff.ts';
import type { Timers } from '../core/ports.ts';
import type { ServiceStatus } from '../core/status.ts';
import type { ServiceEvent } from '../core/watcher.ts';
import { createLookup } from '../names/index.ts';
import { type EnterActor, expandServices, Names } from '../upstream/index.ts';
import type { Reloaded } from './reloads.ts';

/** What resolving asks of the service, and tells it. */
export interface ResolvingOptions {
  readonly timers: Timers;
  readonly tell: (event: ServiceEvent) => void;
  readonly emit: FactSink;
  readonly enterActor: EnterActor;
  readonly phase: () => ServiceStatus['phase'];
  /** All shards, whether they run or not. */
  readonly shards: () => readonly { tellNames(changes: NameAddresses): void }[];
  readonly upstreams: () => { namesChanged(): void } | null;
  /** Puts the plan in force once more, since its names stand for something else. */
  readonly again: () => Promise<Reloaded>;
}

/** The names of a service's plan: watched, told to shards and to health, and their services made into backends. */
export class Resolving {
  readonly names: Names;
  readonly #options: ResolvingOptions;

  constructor({ resolver }: Plan, options: ResolvingOptions) {
    this.#options = options;
    const { timers, tell, emit, enterActor } = options;
    this.names = new Names(resolver, {
      lookup: createLookup,
      timers,
      random: Math.random,
      tell,
      emit,
      enterActor,
      addressesChanged: (changes) => this.#addressesChanged(changes),
      servicesChanged: () => void this.followServices(),
    });
  }

  /**
   * A plan as it was compiled, with all that its names stand for now. Its names are watched from here on, and others no more;
   * resolves when each was asked for once, or a while has passed. Never rejects.
   */
  async resolve(compiled: Plan): Promise<Plan> {
    const expanded = (): Plan => expandServices(compiled, (name) => this.names.services(name));
    await this.names.follow(expanded());
    const plan = expanded();
    // The servers of services have names of their own.
    if (plan.pools.some(({ services }) => services.length > 0)) await this.names.follow(plan);
    return plan;
  }

  /** What the services are has changed, perhaps: the plan follows, as in a reload. Never rejects. */
  async followServices(): Promise<void> {
    const { phase, again, tell, emit, timers } = this.#options;
    if (phase() !== 'ready') return;
    try {
      const { version, diff } = await again();
      if (!isSame(diff)) tell({ event: 'backends.changed', version, diff });
    } catch (error) {
      const message = `what SRV records say could not be put in force: ${messageOf(error)}`;
      if (phase() === 'ready')
        emit({ kind: 'error', at: timers.epoch + timers.now(), connection: null, traceId: null, message });
    }
  }

  /** Shards first: a backend that becomes healthy by having an address can be dialed then. */
  #addressesChanged(changes: NameAddresses): void {
    for (const shard of this.#options.shards()) shard.tellNames(changes);
    this.#options.upstreams()?.namesChanged();
  }
}
