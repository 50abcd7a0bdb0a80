import { expect } from 'vitest';
import type { Plan } from '../../src/core/plan.ts';
import type { Shard } from '../../src/shard.ts';
import type { Dice } from './dice.ts';
import { BACKENDS, backendOf, LISTEN, LISTEN_MOVED, randomPlan } from './plans.ts';

/** A plan that is prepared at one moment and put in force, or given up, at another; virtual milliseconds. */
export interface Reload {
  readonly prepareAt: number;
  readonly settleAt: number;
  readonly plan: Plan;
  readonly aborted: boolean;
}

/** Moments of a world at which a plan can be prepared or put in force. */
export const STEP_MS = 50;

/** Carries reloads out as their moments come. */
export class Reloading {
  /** Those that were put in force. */
  readonly done: Reload[] = [];
  readonly #shard: Shard;
  readonly #reloads: readonly Reload[];
  #refused = false;

  constructor(shard: Shard, reloads: readonly Reload[]) {
    this.#shard = shard;
    this.#reloads = reloads;
  }

  /** Does what is due at a moment. A shard that has stopped accepting refuses, and is given no more plans. */
  async run(at: number): Promise<void> {
    for (const reload of this.#reloads) {
      if (reload.prepareAt === at && !this.#refused) await this.#prepare(reload);
      if (reload.settleAt === at && !this.#refused) await this.#settle(reload);
    }
  }

  async #prepare(reload: Reload): Promise<void> {
    try {
      await this.#shard.prepare(reload.plan, {});
    } catch (error) {
      expect((error as Error).message).toMatch(/stopped accepting/);
      this.#refused = true;
    }
  }

  async #settle(reload: Reload): Promise<void> {
    if (reload.aborted) {
      await this.#shard.abort(reload.plan.version);
      return;
    }
    this.#shard.commit(reload.plan.version);
    this.done.push(reload);
  }
}

/** Up to four reloads by chance, one after another. */
export function randomReloads(dice: Dice, first: Plan): Reload[] {
  const reloads: Reload[] = [];
  let before = first;
  let at = dice.between(1, 10) * STEP_MS;
  for (let count = dice.between(1, 4); count > 0; count--) {
    const aborted = dice.often(0.15);
    const plan = changed(dice, before);
    const settleAt = at + dice.between(0, 3) * STEP_MS;
    reloads.push({ prepareAt: at, settleAt, plan, aborted });
    if (!aborted) before = plan;
    at = settleAt + dice.between(1, 12) * STEP_MS;
  }
  return reloads;
}

/** Other deadlines, limits, routes and backends; the listener stays, moves, is taken away, or comes back. */
function changed(dice: Dice, before: Plan): Plan {
  const fresh = randomPlan(dice);
  const [listener] = fresh.listeners;
  const gone = dice.between(0, BACKENDS - 1);
  const added = dice.often(0.5);
  const rows = [...fresh.backends.map(({ row }) => row), BACKENDS];
  const live = rows.filter((row) => row !== gone && (row < BACKENDS || added));
  if (listener === undefined) throw new Error('a plan of the simulation has one listener');
  return {
    ...fresh,
    version: before.version + 1,
    machineEngine: before.machineEngine,
    drainMs: dice.one([0, 300, 1000]),
    listeners: [
      dice.often(0.3)
        ? { ...listener, listen: before.listeners[0]?.listen ?? LISTEN, retired: true }
        : { ...listener, listen: dice.often(0.8) ? LISTEN : LISTEN_MOVED },
    ],
    pools: fresh.pools.map((pool) => ({ ...pool, backends: live })),
    backends: rows.map((row) => ({
      ...(fresh.backends[row] ?? backendOf(dice, row)),
      retired: !live.includes(row),
    })),
  };
}
