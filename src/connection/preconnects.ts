import { isDeepStrictEqual } from 'node:util';
import type { Counters } from '../core/counters.ts';
import type { FactSink } from '../core/facts.ts';
import type { BackendPlan, Plan } from '../core/plan.ts';
import type { Cancellable, Endpoint, Plane } from '../core/ports.ts';
import type { PreconnectCount } from '../core/preconnect.ts';
import type { AddressBook } from '../names/index.ts';
import { type PreconnectHost, PreconnectRow, type PreconnectSettings } from './preconnect-row.ts';

/** From one look at age, health and number to the next. */
export const PRECONNECT_LOOK_MS = 100;

/** Of the descriptors that the process may have, in percent: beyond the first none is made ahead, beyond the second those that are give way. */
const DESCRIPTORS_FILL_PERCENT_MAX = 60;
const DESCRIPTORS_KEEP_PERCENT_MAX = 80;

/** What it is made of. */
export interface PreconnectParts {
  readonly plane: Plane;
  readonly names: AddressBook;
  readonly counters: Counters;
  readonly emit: FactSink;
  /** Whether a new connection could get the backend of this row. */
  readonly isUsable: (row: number) => boolean;
  /** Descriptors in use by all shards of the process. */
  readonly descriptors: () => number;
}

/**
 * Connections to backends that one shard makes before a client needs them, for the plan in force. Only TCP is made ahead: a
 * PROXY header and TLS belong to the client and follow when it takes the connection. Where no pool asks for it there is no
 * timer and nothing to look through.
 */
export class Preconnects implements PreconnectHost {
  readonly plane: Plane;
  readonly names: AddressBook;
  readonly #parts: PreconnectParts;
  /** By row. */
  #rows = new Map<number, PreconnectRow>();
  #plan: Plan | null = null;
  readonly #wanting = new Set<PreconnectRow>();
  #soon: Cancellable | null = null;
  #look: Cancellable | null = null;
  #isClosed = false;

  constructor(parts: PreconnectParts) {
    this.plane = parts.plane;
    this.names = parts.names;
    this.#parts = parts;
  }

  /** This plan is in force. What was made stays where it leads to the same backend in the same way. */
  use(plan: Plan): void {
    if (this.#isClosed) return;
    this.#plan = plan;
    const before = this.#rows;
    this.#rows = new Map();
    for (const backend of plan.backends) {
      const settings = settingsOf(plan, backend);
      if (settings === null) continue;
      const old = before.get(backend.row);
      const isSame =
        old !== undefined &&
        isDeepStrictEqual(old.backend, backend) &&
        isDeepStrictEqual(old.settings, settings);
      this.#rows.set(backend.row, isSame ? old : new PreconnectRow(backend, settings, this));
      if (isSame) before.delete(backend.row);
    }
    for (const row of before.values()) row.close();
    this.#look?.cancel();
    this.#look = null;
    this.#lookAtAll();
  }

  /**
   * A connection to the backend for a client that lives under `plan`, or null: there is none, or another plan is in force. It
   * is the caller's from here on, and still holds what the backend has sent.
   */
  take(plan: Plan, row: number): Endpoint | null {
    if (plan !== this.#plan) return null;
    return this.#rows.get(row)?.take() ?? null;
  }

  /** Closes all that stand ready, and makes no more. */
  close(): void {
    this.#isClosed = true;
    this.#look?.cancel();
    this.#soon?.cancel();
    this.#plan = null;
    for (const row of this.#rows.values()) row.close();
    this.#rows.clear();
  }

  isUsable(row: number): boolean {
    return this.#parts.isUsable(row);
  }

  hasDescriptors(): boolean {
    return this.#usesLessThan(DESCRIPTORS_FILL_PERCENT_MAX);
  }

  count(row: number, what: PreconnectCount, by: number): void {
    const { layout, cells } = this.#parts.counters;
    cells[layout.preconnect(row, what)]! += by;
  }

  spoke({ pool, row }: BackendPlan, ms: number): void {
    const { timers } = this.plane;
    this.#parts.emit({ kind: 'preconnect', at: timers.epoch + timers.now(), pool, backend: row, ms });
  }

  /** Not at once: a client that takes one does not wait for the making of the next. */
  wants(row: PreconnectRow): void {
    if (this.#isClosed) return;
    this.#wanting.add(row);
    this.#soon ??= this.plane.timers.after(0, () => {
      this.#soon = null;
      for (const wanting of this.#wanting) wanting.look();
      this.#wanting.clear();
    });
  }

  #lookAtAll(): void {
    if (this.#rows.size === 0) return;
    for (const row of this.#rows.values()) row.look();
    this.#giveWay();
    this.#look = this.plane.timers.after(PRECONNECT_LOOK_MS, () => this.#lookAtAll());
  }

  /** One of each backend in a look, until clients have descriptors again. */
  #giveWay(): void {
    for (const row of this.#rows.values()) {
      if (this.#usesLessThan(DESCRIPTORS_KEEP_PERCENT_MAX)) return;
      row.yieldOne();
    }
  }

  #usesLessThan(percent: number): boolean {
    const most = this.#plan?.limits.descriptors ?? null;
    return most === null || this.#parts.descriptors() * 100 < most * percent;
  }
}

/** How connections to a backend are made ahead; null where they are not. */
function settingsOf(plan: Plan, backend: BackendPlan): PreconnectSettings | null {
  const pool = plan.pools[backend.pool];
  if (pool === undefined || pool.preconnect === null || pool.retired || backend.retired) return null;
  if (backend.original || pool.connect.source === 'client') return null;
  const { source, sourcePorts, timeoutMs, attemptDelayMs } = pool.connect;
  const ports = sourcePorts === null ? {} : { sourcePorts };
  return { plan: pool.preconnect, options: { ...plan.socket, source, ...ports }, timeoutMs, attemptDelayMs };
}
