import { checkerId } from '../../machines/balancer.ts';
import type { Inspecting, InspectTarget, TakeSteps } from '../core/inspection.ts';
import type { Plan } from '../core/plan.ts';
import type { Timers } from '../core/ports.ts';
import { type ActorBook, namesOf } from '../upstream/index.ts';
import { ActorWatch, type Meant } from './actor-watch.ts';
import type { ConnectionInspector } from './connection-inspector.ts';

export interface InspectionsOptions {
  readonly connections: ConnectionInspector;
  readonly actors: ActorBook;
  readonly timers: Timers;
  /** The plan that names backends. */
  plan(): Plan;
}

type ActorTarget = Exclude<InspectTarget, { readonly kind: 'connection' | 'listener' }>;

/** Looks into any actor of the service for as long as somebody wants to. */
export class Inspections {
  readonly #options: InspectionsOptions;
  readonly #watches = new Map<ActorWatch, ActorTarget>();

  constructor(options: InspectionsOptions) {
    this.#options = options;
  }

  /** See `StatusSource.inspect`. */
  async inspect(target: InspectTarget, take: TakeSteps): Promise<Inspecting> {
    const { connections } = this.#options;
    if (target.kind === 'connection') return connections.connection(target.connection, take);
    if (target.kind === 'listener') return connections.listener(target.listener, take);
    const meant = this.#meant(target);
    if ('none' in meant) return meant;
    const watch = new ActorWatch(this.#options.actors, this.#options.timers, meant, take);
    if (!watch.isWatching) {
      watch.end();
      return { none: meant.lacking };
    }
    this.#watches.set(watch, target);
    const end = (): void => {
      watch.end();
      this.#watches.delete(watch);
    };
    return { end };
  }

  /** A plan was put in force: inspections of what it has taken away are over. */
  follow(plan: Plan): void {
    this.#options.connections.follow(plan);
    for (const [watch, target] of this.#watches) {
      const what = takenAway(plan, target);
      if (what === null) continue;
      this.#watches.delete(watch);
      watch.gone(`a reload has taken the ${what} away`);
    }
  }

  #meant(target: ActorTarget): (Meant & { readonly lacking: string }) | { readonly none: string } {
    switch (target.kind) {
      case 'pool':
        return {
          isMeant: (of) => (of.chart === 'balancer' || of.chart === 'circuit') && of.pool === target.pool,
          nameOf: (of, id, chart) => {
            if (of.chart === 'circuit') return `${of.pool}/${of.backend}`;
            return chart === 'balancer' ? target.pool : `${target.pool}/${this.#backendOf(id)}`;
          },
          lacking: `there is no pool "${target.pool}"`,
        };
      case 'backend': {
        const { pool, backend } = target;
        const row = rowOf(this.#options.plan(), pool, backend);
        const name = `${pool}/${backend}`;
        if (row === null) return { none: `there is no backend "${name}"` };
        return {
          isMeant: (of) =>
            (of.chart === 'balancer' && of.pool === pool) ||
            (of.chart === 'circuit' && of.pool === pool && of.backend === backend),
          nameOf: (_of, id, chart) => (chart === 'circuit' || id === checkerId(row) ? name : null),
          lacking: `the backend "${name}" is not probed, and has not failed of late: it has no actor`,
        };
      }
      case 'name':
        return {
          isMeant: (of) => of.chart === 'name' && of.name === target.name,
          nameOf: (of) => (of.chart === 'name' ? `${of.name} (${of.of})` : null),
          lacking: `the name "${target.name}" is not watched`,
        };
      case 'shard':
        return {
          isMeant: (of) => of.chart === 'shard' && of.shard === target.shard,
          nameOf: () => `shard ${target.shard}`,
          lacking: `there is no shard ${target.shard} on a thread of its own`,
        };
    }
  }

  /** The name of the backend whose checker has this id. */
  #backendOf(checker: string): string {
    const row = Number(checker.slice(checkerId(0).length - 1));
    return this.#options.plan().backends[row]?.name ?? checker;
  }
}

/** What of the target a plan no longer has; null where it has it all. */
function takenAway(plan: Plan, target: ActorTarget): string | null {
  switch (target.kind) {
    case 'pool':
      return plan.pools.some(({ name, retired }) => name === target.pool && !retired) ? null : 'pool';
    case 'backend':
      return rowOf(plan, target.pool, target.backend) === null ? 'backend' : null;
    case 'name':
      return namesOf(plan).some(({ name }) => name === target.name) ? null : 'name';
    case 'shard':
      return null;
  }
}

function rowOf({ pools, backends }: Plan, pool: string, backend: string): number | null {
  const found = backends.find(
    (one) => one.name === backend && pools[one.pool]?.name === pool && !one.retired,
  );
  return found?.row ?? null;
}
