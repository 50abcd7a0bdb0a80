import type { SessionsEnd } from '../core/mail.ts';
import type { Plan, PoolPlan } from '../core/plan.ts';
import type { Cancellable, Timers } from '../core/ports.ts';
import { UNHEALTHY, type UpstreamTable } from '../core/upstream-table.ts';
import { backendOf, isSameBackend } from './plan-rows.ts';
import { Rebalance } from './rebalance.ts';

/** How often sessions are moved. */
export const REBALANCE_TICK_MS = 100;

/** Ends so many sessions of a backend, in whatever shards they are; Infinity = all. */
export type EndSessions = (row: number, most: number, why: SessionsEnd) => void;

/** What becomes of connections that are relayed when their backend goes down, or another one comes back. */
export class Sessions {
  readonly #table: UpstreamTable;
  readonly #timers: Timers;
  readonly #end: EndSessions;
  /** By row, the ends that `on_down: drain` has put off. */
  readonly #drains = new Map<number, Cancellable>();
  /** By row that came back. */
  readonly #moves = new Map<number, Rebalance>();
  #tick: Cancellable | null = null;
  #plan: Plan;

  constructor(plan: Plan, table: UpstreamTable, timers: Timers, end: EndSessions) {
    this.#plan = plan;
    this.#table = table;
    this.#timers = timers;
    this.#end = end;
  }

  /** Whether a backend can be picked has changed; what is to be done is read from the table and the plan. */
  moved(row: number): void {
    if (this.#table.effectiveHealth(row) === UNHEALTHY) this.#wentDown(row);
    else this.#cameBack(row);
  }

  /** Sessions of what another plan has taken away are left alone. */
  apply(plan: Plan): void {
    for (const row of [...this.#drains.keys(), ...this.#moves.keys()])
      if (!isSameBackend(this.#plan, plan, row)) this.#forget(row);
    this.#plan = plan;
  }

  stop(): void {
    for (const row of [...this.#drains.keys(), ...this.#moves.keys()]) this.#forget(row);
    this.#tick?.cancel();
    this.#tick = null;
  }

  #wentDown(row: number): void {
    this.#moves.delete(row);
    const { onDown } = this.#poolOf(row);
    if (onDown === 'leave' || this.#drains.has(row)) return;
    const end = (): void => {
      this.#drains.delete(row);
      this.#end(row, Number.POSITIVE_INFINITY, 'backend.down');
    };
    if (onDown === 'reset' || this.#plan.drainMs === 0) end();
    else this.#drains.set(row, this.#timers.after(this.#plan.drainMs, end));
  }

  #cameBack(row: number): void {
    this.#forget(row);
    const pool = this.#poolOf(row);
    if (pool.rebalancePerSecond === 0) return;
    this.#moves.set(row, new Rebalance(row, this.#timers.now() + pool.slowStartMs));
    this.#tick ??= this.#timers.after(REBALANCE_TICK_MS, () => this.#move());
  }

  #forget(row: number): void {
    this.#drains.get(row)?.cancel();
    this.#drains.delete(row);
    this.#moves.delete(row);
  }

  #move(): void {
    const now = this.#timers.now();
    for (const [row, move] of this.#moves) {
      const pool = this.#poolOf(row);
      const budget = (pool.rebalancePerSecond * REBALANCE_TICK_MS) / 1000;
      const ends = move.next(this.#plan, pool, this.#table, now, budget);
      if (ends === null) this.#moves.delete(row);
      for (const [from, count] of ends ?? []) this.#end(from, count, 'rebalance');
    }
    const isLeft = this.#moves.size > 0;
    this.#tick = isLeft ? this.#timers.after(REBALANCE_TICK_MS, () => this.#move()) : null;
  }

  #poolOf(row: number): PoolPlan {
    return this.#plan.pools[backendOf(this.#plan, row).pool] as PoolPlan;
  }
}
