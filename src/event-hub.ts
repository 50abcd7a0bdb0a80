import { type AdminEvent, EVENTS_KEPT_MAX, EVENTS_KEPT_MS, type EventsWatch } from './core/admin-event.ts';
import type { FactQueue } from './core/fact-queue.ts';
import type { Plan } from './core/plan.ts';
import { eventOfFact, isTold } from './event-of-fact.ts';

export type TakeEvents = (events: readonly AdminEvent[]) => void;

export interface EventHubParts {
  readonly facts: FactQueue;
  /** When the process was started, in milliseconds since 1970: the ids of its events begin there. */
  readonly started: number;
  /** The plan that names what facts are about. */
  plan(): Plan;
  /** Somebody wants `entered` facts, or nobody does any more. */
  detail(isWanted: boolean): void;
}

/** Ids a millisecond between the starts of two processes: no process tells that many events for as long as it runs. */
const IDS_PER_MS = 1_000;

/**
 * Tells facts as events to those who watch, and keeps the newest for those who come back. While nobody watches, and for
 * EVENTS_KEPT_MS after the last one has left, nothing is read, made or kept.
 */
export class EventHub {
  readonly #parts: EventHubParts;
  readonly #takers = new Set<TakeEvents>();
  /** The newest, without a gap between them; up to twice EVENTS_KEPT_MAX, so that making room is rare. */
  #kept: AdminEvent[] = [];
  #detailed = 0;
  #lastId: number;
  /** The first id since events have been made without a break: of what came before it some were never made. */
  #unbroken: number;
  #unsubscribe: (() => void) | null = null;
  #forgetting: NodeJS.Timeout | null = null;

  constructor(parts: EventHubParts) {
    this.#parts = parts;
    this.#unbroken = Math.floor(parts.started) * IDS_PER_MS;
    this.#lastId = this.#unbroken - 1;
  }

  /**
   * `take` gets every event from now on, in batches, until it is left. It must not throw. `after` is the event that the
   * watcher has seen last; null = it has seen none and misses none, NaN = it has seen one that nobody knows.
   */
  watch(take: TakeEvents, wantsDetail: boolean, after: number | null): EventsWatch {
    // One function may watch twice.
    const taker: TakeEvents = (events) => take(events);
    if (this.#forgetting !== null) clearTimeout(this.#forgetting);
    this.#forgetting = null;
    this.#unsubscribe ??= this.#subscribe();
    this.#takers.add(taker);
    if (wantsDetail && this.#detailed++ === 0) this.#parts.detail(true);
    return { ...this.#since(after), leave: () => this.#leave(taker, wantsDetail) };
  }

  #leave(taker: TakeEvents, wantsDetail: boolean): void {
    if (!this.#takers.delete(taker)) return;
    if (wantsDetail && --this.#detailed === 0) this.#parts.detail(false);
    if (this.#takers.size > 0) return;
    this.#forgetting = setTimeout(() => this.#forget(), EVENTS_KEPT_MS);
    this.#forgetting.unref();
  }

  #subscribe(): () => void {
    return this.#parts.facts.subscribe((batch) => {
      const plan = this.#parts.plan();
      const events = batch.filter(isTold).map((fact) => eventOfFact(fact, plan, ++this.#lastId));
      for (const event of events) this.#kept.push(event);
      if (this.#kept.length > 2 * EVENTS_KEPT_MAX) this.#kept = this.#kept.slice(-EVENTS_KEPT_MAX);
      for (const each of this.#takers) each(events);
    });
  }

  #since(after: number | null): Pick<EventsWatch, 'kept' | 'missed'> {
    if (after === null) return { kept: [], missed: 0 };
    const kept = this.#kept.slice(-EVENTS_KEPT_MAX);
    const isKnown = after >= this.#unbroken && after <= this.#lastId;
    if (!isKnown) return { kept, missed: null };
    const first = this.#lastId - kept.length + 1;
    return { kept: kept.slice(Math.max(0, after + 1 - first)), missed: Math.max(0, first - 1 - after) };
  }

  #forget(): void {
    this.#forgetting = null;
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    this.#kept = [];
    this.#unbroken = this.#lastId + 1;
  }
}
