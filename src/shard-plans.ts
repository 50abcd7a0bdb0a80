import { isDeepStrictEqual } from 'node:util';
import { CertificateNames, type ShardCommons, type ShardContext } from './connection/index.ts';
import type { Plan } from './core/plan.ts';
import { writeWord } from './core/shard-words.ts';
import type { Upstreams } from './core/upstreams.ts';
import { type CompiledRoutes, compileRoutes } from './route/index.ts';
import { compileSniffers } from './sniff/index.ts';

/**
 * The plans that a shard has to know: the current one, and older ones that connections still live under. Keeps the words
 * VERSION and OLDEST right.
 */
export class ShardPlans {
  readonly #commons: ShardCommons;
  readonly #createUpstreams: (plan: Plan) => Upstreams;
  /** Connections that live under each. The current one stays at 0; another goes with its last connection. */
  readonly #connections = new Map<ShardContext, number>();
  #current: ShardContext | null = null;

  constructor(commons: ShardCommons, createUpstreams: (plan: Plan) => Upstreams) {
    this.#commons = commons;
    this.#createUpstreams = createUpstreams;
  }

  /** What new connections live under; null before the first commit. */
  get current(): ShardContext | null {
    return this.#current;
  }

  /**
   * A context for a plan that is not in force yet. Its plan is equal to the one given and shares with the current one what
   * is the same, so that many plans that connections keep alive take little more memory than one.
   */
  create(given: Plan): ShardContext {
    const before = this.#current;
    const plan = before === null ? given : sharing(before.plan, given);
    return {
      ...this.#commons,
      plan,
      startedAt: this.#commons.plane.timers.now(),
      upstreams: this.#createUpstreams(plan),
      routes: plan.listeners.map((listener, index) =>
        listener === before?.plan.listeners[index]
          ? (before.routes[index] as CompiledRoutes)
          : compileRoutes(listener.routes),
      ),
      certificates: plan.listeners.map((listener, index) => {
        if (listener === before?.plan.listeners[index]) return before.certificates[index] ?? null;
        return listener.tls === null ? null : new CertificateNames(listener.tls);
      }),
      sniffers: compileSniffers(plan.protocolRules),
    };
  }

  /** From now on this one is the current one. */
  makeCurrent(context: ShardContext): void {
    const before = this.#current;
    this.#current = context;
    if (!this.#connections.has(context)) this.#connections.set(context, 0);
    if (before !== null) this.#forgetUnused(before);
    writeWord(this.#commons.words, 'VERSION', context.plan.version);
    this.#tellOldest();
  }

  /** A plan that was created and is not to be: kept only while connections live under it. */
  drop(context: ShardContext): void {
    this.#forgetUnused(context);
    this.#tellOldest();
  }

  /** A connection began or ended under a plan. */
  count(context: ShardContext, by: 1 | -1): void {
    this.#connections.set(context, (this.#connections.get(context) ?? 0) + by);
    if (by > 0) return;
    this.#forgetUnused(context);
    if (!this.#connections.has(context)) this.#tellOldest();
  }

  #forgetUnused(context: ShardContext): void {
    if (context !== this.#current && this.#connections.get(context) === 0) this.#connections.delete(context);
  }

  #tellOldest(): void {
    let oldest = this.#current?.plan.version ?? 0;
    for (const { plan } of this.#connections.keys()) oldest = Math.min(oldest, plan.version);
    writeWord(this.#commons.words, 'OLDEST', oldest);
  }
}

function sharing(before: Plan, next: Plan): Plan {
  return {
    ...next,
    listeners: shareEqual(before.listeners, next.listeners),
    pools: shareEqual(before.pools, next.pools),
    backends: shareEqual(before.backends, next.backends),
  };
}

/** `next`, with the objects of `before` in the places where they are equal; `before` itself where all are. */
function shareEqual<T>(before: readonly T[], next: readonly T[]): readonly T[] {
  const shared = next.map((entry, index) => {
    const was = before[index];
    return was !== undefined && isDeepStrictEqual(was, entry) ? was : entry;
  });
  const isSame = before.length === next.length && shared.every((entry, index) => entry === before[index]);
  return isSame ? before : shared;
}
