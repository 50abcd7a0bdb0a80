import { diffPlans, type FreeSlots, settlePlan } from '../config/index.ts';
import { formatAddress } from '../core/address.ts';
import { SluiceError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import { isSame, type PlanDiff } from '../core/plan-diff.ts';
import type { ServiceStatus } from '../core/status.ts';
import type { Prepared } from './fleet.ts';
import type { Bound } from './shard-host.ts';

/** What a reload changes of a service, step by step. */
export interface Reloadable {
  phase(): ServiceStatus['phase'];
  /** The plan in force, what it was made of, and where its listeners are bound. */
  current(): { readonly plan: Plan; readonly compiled: Plan; readonly bound: Bound };
  /** A plan as it was compiled, with what its names stand for now. Never rejects. */
  resolve(compiled: Plan): Promise<Plan>;
  /** Places that nothing uses any more. */
  free(): FreeSlots;
  /** Makes a plan the one by which facts are told and counters are shown; it names all that the one before does. */
  show(plan: Plan): void;
  /** Points the supervisors of pools to a plan; resolves when its new backends have been probed once. */
  applyUpstreams(plan: Plan): Promise<void>;
  /** Rejects where an address cannot be bound, and then nothing of the plan is left in the shards. */
  prepare(plan: Plan, known: Bound): Promise<Prepared>;
  /** From here on `plan`, made of `compiled`, is the one in force; resolves when all shards have it. */
  commit(plan: Plan, compiled: Plan, prepared: Prepared): Promise<void>;
}

/** A plan that is to be put in force. */
export interface Next {
  /** As the configuration compiles it. */
  readonly plan: Plan;
  /** The plan is in force, or the one in force means the same; nothing else is put in force before this returns. */
  readonly taken?: () => void;
}

export interface Reloaded {
  readonly version: number;
  readonly diff: PlanDiff;
}

/** Puts plans in force, one after another. A plan that cannot be changes nothing. */
export class Reloads {
  readonly #service: Reloadable;
  #last: Promise<unknown> = Promise.resolve();

  constructor(service: Reloadable) {
    this.#service = service;
  }

  /**
   * `next` as the configuration compiles it, or what makes it: that is called when those before it are in force, or given up.
   * Rejects with a SluiceError where the plan cannot be put in force, and with what `next` throws.
   */
  run(next: Plan | (() => Next)): Promise<Reloaded> {
    return this.#queue(typeof next === 'function' ? next : () => ({ plan: next }));
  }

  /** What is in force once more, since its names stand for something else. */
  again(): Promise<Reloaded> {
    return this.#queue(() => {
      const { resets: _done, ...plan } = this.#service.current().compiled;
      return { plan };
    });
  }

  #queue(next: () => Next): Promise<Reloaded> {
    const reloaded = this.#last.then(async () => {
      mustBeReady(this.#service);
      const { plan, taken } = next();
      const done = await this.#run(plan);
      taken?.();
      return done;
    });
    this.#last = reloaded.catch(() => {});
    return reloaded;
  }

  async #run(next: Plan): Promise<Reloaded> {
    const service = this.#service;
    const { plan: before, compiled, bound } = service.current();
    const resolved = await service.resolve(next);
    const diff = diffPlans(before, resolved);
    if (isSame(diff)) return { version: before.version, diff };
    let plan: Plan;
    let prepared: Prepared;
    try {
      plan = settlePlan(before, resolved, service.free());
    } catch (error) {
      await service.resolve(compiled);
      throw error;
    }
    service.show(plan);
    try {
      await service.applyUpstreams(plan);
      mustBeReady(service);
      prepared = await service.prepare(plan, known(before, plan, bound));
    } catch (error) {
      // Before anything is waited for nothing of the refused plan is written any more.
      const restored = service.applyUpstreams(before);
      service.show(before);
      await restored;
      await service.resolve(compiled);
      throw error;
    }
    await service.commit(plan, next, prepared);
    return { version: plan.version, diff };
  }
}

function mustBeReady(service: Reloadable): void {
  const phase = service.phase();
  if (phase !== 'ready')
    throw new SluiceError('RELOAD_REFUSED', `a service that is ${phase} is not reloaded`);
}

/** Addresses that stay: those of listeners that listen where they did. One that was drained is bound anew. */
function known(before: Plan, plan: Plan, bound: Bound): Bound {
  const stays = plan.listeners.filter(({ index, name, listen, retired }) => {
    const was = before.listeners[index];
    return (
      !retired &&
      was?.name === name &&
      !was.retired &&
      was.drained !== true &&
      formatAddress(was.listen) === formatAddress(listen)
    );
  });
  return Object.fromEntries(
    stays.flatMap(({ name }) => (bound[name] === undefined ? [] : [[name, bound[name]]])),
  );
}
