import { CLOSE_REASONS, isClean } from '../core/close-reason.ts';
import { DIRECTIONS, DOWN, UP } from '../core/direction.ts';
import type { ClosedFact } from '../core/facts.ts';
import type { Plan } from '../core/plan.ts';
import { STATES, stateIndex } from '../core/state.ts';
import { HistogramTable } from './histogram.ts';
import { backendLabels } from './labels.ts';
import { DIAL_RESULTS, type DialResult, METRICS, OUTCOMES, type Outcome } from './names.ts';

/** Upper bounds in seconds for what a peer's answer takes: half a millisecond to ten seconds. */
export const ANSWER_BOUNDARIES_S = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;

/** Upper bounds in seconds for what a connection's use takes: a millisecond to an hour. */
export const LIFE_BOUNDARIES_S = [
  0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800, 3600,
] as const;

/** States that last; `closed` takes no time. */
const LASTING_STATES = STATES.slice(0, -1);

const SIDES = ['client', 'backend'] as const;

/** The histograms, all made of `closed` facts. */
export class Durations {
  readonly tables: readonly HistogramTable[];
  readonly #state: HistogramTable;
  readonly #connection: HistogramTable;
  readonly #halfClosed: HistogramTable;
  readonly #backpressure: HistogramTable;
  readonly #dial: HistogramTable;
  readonly #firstByte: HistogramTable;

  constructor(plan: Plan) {
    const perListener = (label: 'state' | 'outcome' | 'side' | 'direction', values: readonly string[]) =>
      plan.listeners.flatMap(({ name }) => values.map((value) => ({ listener: name, [label]: value })));
    const backends = plan.backends.map((backend) => backendLabels(plan, backend));
    const dials = backends.flatMap((labels) => DIAL_RESULTS.map((result) => ({ ...labels, result })));

    const life = LIFE_BOUNDARIES_S;
    this.#state = new HistogramTable(METRICS.stateDuration, life, perListener('state', LASTING_STATES));
    this.#connection = new HistogramTable(METRICS.connectionDuration, life, perListener('outcome', OUTCOMES));
    this.#halfClosed = new HistogramTable(METRICS.halfClosedDuration, life, perListener('side', SIDES));
    this.#backpressure = new HistogramTable(
      METRICS.backpressureDuration,
      life,
      perListener('direction', DIRECTIONS),
    );
    this.#dial = new HistogramTable(METRICS.dialDuration, ANSWER_BOUNDARIES_S, dials);
    this.#firstByte = new HistogramTable(METRICS.firstByteDuration, ANSWER_BOUNDARIES_S, backends);
    this.tables = [
      this.#state,
      this.#connection,
      this.#dial,
      this.#firstByte,
      this.#halfClosed,
      this.#backpressure,
    ];
  }

  /** Records all that a connection's end tells of durations. */
  record(fact: ClosedFact): void {
    const { listener } = fact;
    for (const { state, from, to } of fact.visits) {
      const seconds = (to - from) / 1000;
      this.#state.record(listener * LASTING_STATES.length + stateIndex(state), seconds);
      if (state === 'half-closed-client') this.#halfClosed.record(listener * SIDES.length, seconds);
      if (state === 'half-closed-backend') this.#halfClosed.record(listener * SIDES.length + 1, seconds);
    }
    const outcome = OUTCOMES.indexOf(outcomeOf(fact));
    this.#connection.record(listener * OUTCOMES.length + outcome, (fact.at - fact.opened) / 1000);
    for (const { backend, from, to, error } of fact.attempts) {
      const result = DIAL_RESULTS.indexOf(dialResult(error));
      this.#dial.record(backend * DIAL_RESULTS.length + result, (to - from) / 1000);
    }
    if (fact.backend >= 0 && fact.firstByteMs >= 0)
      this.#firstByte.record(fact.backend, fact.firstByteMs / 1000);
    const directions = listener * DIRECTIONS.length;
    if (fact.pausedUpMs > 0) this.#backpressure.record(directions + UP, fact.pausedUpMs / 1000);
    if (fact.pausedDownMs > 0) this.#backpressure.record(directions + DOWN, fact.pausedDownMs / 1000);
  }
}

function outcomeOf({ reason }: ClosedFact): Outcome {
  return isClean(reason) ? 'clean' : CLOSE_REASONS[reason].by;
}

function dialResult(error: string): DialResult {
  if (error === '') return 'connected';
  return error === 'cancelled' ? 'cancelled' : 'failed';
}
