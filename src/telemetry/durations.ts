import { CLOSE_REASONS, isClean } from '../core/close-reason.ts';
import { DIRECTIONS, DOWN, UP } from '../core/direction.ts';
import type { ClosedFact } from '../core/facts.ts';
import { STATES, stateIndex } from '../core/state.ts';
import { HistogramTable } from './histogram.ts';
import { DIAL_RESULTS, type DialResult, OUTCOMES, type Outcome } from './label-values.ts';
import { type LabelName, METRICS, type MetricMeta } from './names.ts';
import type { Occupant, Occupants } from './occupants.ts';

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
  readonly #occupants: Occupants;
  readonly #state = perListener(METRICS.stateDuration, 'state', LASTING_STATES);
  readonly #connection = perListener(METRICS.connectionDuration, 'outcome', OUTCOMES);
  readonly #halfClosed = perListener(METRICS.halfClosedDuration, 'side', SIDES);
  readonly #backpressure = perListener(METRICS.backpressureDuration, 'direction', DIRECTIONS);
  readonly #dial = perBackend(METRICS.dialDuration, 'result', DIAL_RESULTS);
  readonly #firstByte = perBackend(METRICS.firstByteDuration, null, ['']);
  readonly #poolQueue = new HistogramTable(METRICS.poolQueueDuration, {
    per: 'pools',
    boundaries: LIFE_BOUNDARIES_S,
    label: null,
    values: [''],
  });

  constructor(occupants: Occupants) {
    this.#occupants = occupants;
    this.tables = [
      this.#state,
      this.#connection,
      this.#dial,
      this.#firstByte,
      this.#halfClosed,
      this.#backpressure,
      this.#poolQueue,
    ];
  }

  /** Records all that a connection's end tells of durations, for a listener and backends that the plan in force has. */
  record(fact: ClosedFact): void {
    const listener = this.#occupants.listener(fact.listener);
    if (listener !== undefined) this.#recordOf(listener, fact);
    for (const { backend, from, to, error } of fact.attempts) {
      const dialed = this.#occupants.backend(backend);
      const result = DIAL_RESULTS.indexOf(dialResult(error));
      if (dialed !== undefined) this.#dial.record(dialed, result, (to - from) / 1000);
    }
    const pool = fact.queueMs > 0 ? this.#occupants.pool(fact.pool) : undefined;
    if (pool !== undefined) this.#poolQueue.record(pool, 0, fact.queueMs / 1000);
    if (fact.firstByteMs < 0) return;
    const backend = this.#occupants.backend(fact.backend);
    if (backend !== undefined) this.#firstByte.record(backend, 0, fact.firstByteMs / 1000);
  }

  #recordOf(listener: Occupant, fact: ClosedFact): void {
    for (const { state, from, to } of fact.visits) {
      const seconds = (to - from) / 1000;
      this.#state.record(listener, stateIndex(state), seconds);
      if (state === 'half-closed-client') this.#halfClosed.record(listener, 0, seconds);
      if (state === 'half-closed-backend') this.#halfClosed.record(listener, 1, seconds);
    }
    const outcome = OUTCOMES.indexOf(outcomeOf(fact));
    this.#connection.record(listener, outcome, (fact.at - fact.opened) / 1000);
    if (fact.pausedUpMs > 0) this.#backpressure.record(listener, UP, fact.pausedUpMs / 1000);
    if (fact.pausedDownMs > 0) this.#backpressure.record(listener, DOWN, fact.pausedDownMs / 1000);
  }
}

function perListener(metric: MetricMeta, label: LabelName, values: readonly string[]): HistogramTable {
  return new HistogramTable(metric, { per: 'listeners', boundaries: LIFE_BOUNDARIES_S, label, values });
}

function perBackend(metric: MetricMeta, label: LabelName | null, values: readonly string[]): HistogramTable {
  return new HistogramTable(metric, { per: 'backends', boundaries: ANSWER_BOUNDARIES_S, label, values });
}

function outcomeOf({ reason }: ClosedFact): Outcome {
  return isClean(reason) ? 'clean' : CLOSE_REASONS[reason].by;
}

function dialResult(error: string): DialResult {
  if (error === '') return 'connected';
  return error === 'cancelled' ? 'cancelled' : 'failed';
}
