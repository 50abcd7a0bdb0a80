import type { ClosedFact } from '../core/facts.ts';
import type { Plan } from '../core/plan.ts';
import { TraceCap } from './trace-cap.ts';
import { ruleFor, type TraceKeptBy, type TraceRule } from './trace-rules.ts';

/** Decides for each connection that has ended whether it is traced, and counts what the rules add and what their cap keeps out. */
export class AddedTraces {
  readonly #cap = new TraceCap();
  readonly #now: () => number;
  readonly #added: Record<TraceRule, number> = { failed: 0, slow: 0, match: 0 };
  #capped = 0;

  /** `now` in milliseconds, of a clock that does not jump. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** By what it is traced; null where it is not. */
  keptBy(plan: Plan, fact: ClosedFact): TraceKeptBy | null {
    if (fact.sampled) return 'sample';
    const { also } = plan.telemetry;
    const rule = also === null ? null : ruleFor(also, plan, fact);
    if (also === null || rule === null) return null;
    if (!this.#cap.take(also.perSecond, this.#now())) {
      this.#capped++;
      return null;
    }
    this.#added[rule]++;
    return rule;
  }

  /** Traces that a rule has added. */
  of(rule: TraceRule): number {
    return this.#added[rule];
  }

  /** Traces that a rule would have added beyond the cap. */
  get capped(): number {
    return this.#capped;
  }
}
