import type { AdminEvent } from './core/admin-event.ts';
import type { FactQueue } from './core/fact-queue.ts';
import type { Plan } from './core/plan.ts';
import { eventOfFact, isTold } from './event-of-fact.ts';

export type TakeEvents = (events: readonly AdminEvent[]) => void;

export interface EventHubParts {
  readonly facts: FactQueue;
  /** The plan that names what facts are about. */
  plan(): Plan;
  /** Somebody wants `entered` facts, or nobody does any more. */
  detail(isWanted: boolean): void;
}

/** Tells facts as events to those who watch. While nobody does nothing is read, made or kept. */
export class EventHub {
  readonly #parts: EventHubParts;
  readonly #takers = new Set<TakeEvents>();
  #detailed = 0;
  #lastId = 0;
  #unsubscribe: (() => void) | null = null;

  constructor(parts: EventHubParts) {
    this.#parts = parts;
  }

  /** `take` gets every event from now on, in batches, until the function that is returned is called. It must not throw. */
  watch(take: TakeEvents, wantsDetail: boolean): () => void {
    const { facts, detail } = this.#parts;
    // One function may watch twice.
    const taker: TakeEvents = (events) => take(events);
    this.#takers.add(taker);
    this.#unsubscribe ??= facts.subscribe((batch) => {
      const plan = this.#parts.plan();
      const events = batch.filter(isTold).map((fact) => eventOfFact(fact, plan, ++this.#lastId));
      for (const each of this.#takers) each(events);
    });
    if (wantsDetail && this.#detailed++ === 0) detail(true);
    return () => {
      if (!this.#takers.delete(taker)) return;
      if (wantsDetail && --this.#detailed === 0) detail(false);
      if (this.#takers.size > 0) return;
      this.#unsubscribe?.();
      this.#unsubscribe = null;
    };
  }
}
