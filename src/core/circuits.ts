/** How a connection shows that its backend is in trouble, as the configuration names it. */
export const FAILURE_KINDS = ['refused', 'unreachable', 'timeout', 'handshake', 'reset', 'silence'] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/**
 * `closed`: the backend is used. `open`: it is ejected. `half-open`: it came back, and its first connections decide. The
 * index is what stands in the table.
 */
export const CIRCUIT_STATES = ['closed', 'open', 'half-open'] as const;
export type CircuitState = (typeof CIRCUIT_STATES)[number];

const OPEN = CIRCUIT_STATES.indexOf('open');
const HALF_OPEN = CIRCUIT_STATES.indexOf('half-open');

/** Share of its weight that a backend gets at most while its circuit is half-open. */
export const TRIAL_STRENGTH = 0.1;

/** Ends of ejections are kept in tenths of a second modulo 2^32; they lie less than half of that ahead. */
const TENTH_MS = 100;

/** Of one cell a row: state, ejections, beginning and end of the last one, failures of either kind, answers in a trial, what was reached. */
const COLUMNS = 8;

/**
 * The circuits of all backends, part of the upstream table: what shards count of failures in a row, and what control has
 * decided. Failures are counted apart: those in reaching a backend, which a connection ends, and those of a backend that
 * was reached, which an answer ends, so that one that takes connections and breaks them is found as well.
 *
 * Shards write with Atomics what they count; control alone writes state, ejections and ends. A row that is not in the
 * table reads as undefined and is not written: `UpstreamTable` checks rows.
 */
export class Circuits {
  readonly #state: Int32Array;
  readonly #ejections: Int32Array;
  readonly #since: Int32Array;
  readonly #until: Int32Array;
  readonly #unreached: Int32Array;
  readonly #unanswered: Int32Array;
  readonly #answers: Int32Array;
  readonly #reached: Int32Array;

  /** Over cells of which there are `Circuits.cells(rows)`. */
  constructor(cells: Int32Array, rows: number) {
    const column = (index: number): Int32Array => cells.subarray(index * rows, (index + 1) * rows);
    this.#state = column(0);
    this.#ejections = column(1);
    this.#until = column(2);
    this.#unreached = column(3);
    this.#unanswered = column(4);
    this.#answers = column(5);
    this.#reached = column(6);
    this.#since = column(7);
  }

  /** Int32 cells that circuits take. */
  static cells(rows: number): number {
    return COLUMNS * rows;
  }

  state(row: number): CircuitState {
    return CIRCUIT_STATES[Atomics.load(this.#state, row)] as CircuitState;
  }
  isOpen(row: number): boolean {
    return Atomics.load(this.#state, row) === OPEN;
  }
  /** Share of its weight that counts by its circuit: 1, or `TRIAL_STRENGTH`. */
  strength(row: number): number {
    return Atomics.load(this.#state, row) === HALF_OPEN ? TRIAL_STRENGTH : 1;
  }
  /** Ejections that were not forgiven yet. */
  ejections(row: number): number {
    return Atomics.load(this.#ejections, row);
  }
  /** Milliseconds from `now`, since 1970, to the end of its ejection; 0 where that has passed. */
  leftMs(row: number, now: number): number {
    return Math.max(0, (Atomics.load(this.#until, row) - tenths(now)) | 0) * TENTH_MS;
  }
  /** Milliseconds from the beginning of its ejection to `now`. */
  ejectedMs(row: number, now: number): number {
    return Math.max(0, (tenths(now) - Atomics.load(this.#since, row)) | 0) * TENTH_MS;
  }

  /** A connection failed on the backend; `failuresMax` in a row, or one in a trial, are what control is to decide on. */
  failed(row: number, kind: FailureKind, failuresMax: number): void {
    const isOfAnswer = kind === 'reset' || kind === 'silence';
    const count = Atomics.add(isOfAnswer ? this.#unanswered : this.#unreached, row, 1) + 1;
    if (count < failuresMax && Atomics.load(this.#state, row) !== HALF_OPEN) return;
    Atomics.compareExchange(this.#reached, row, 0, FAILURE_KINDS.indexOf(kind) + 1);
  }
  /** A connection reached the backend. */
  connected(row: number): void {
    if (Atomics.load(this.#unreached, row) !== 0) Atomics.store(this.#unreached, row, 0);
  }
  /** The backend answered a connection, or served it to a clean end. */
  answered(row: number): void {
    if (Atomics.load(this.#unanswered, row) !== 0) Atomics.store(this.#unanswered, row, 0);
    if (Atomics.load(this.#state, row) === HALF_OPEN) Atomics.add(this.#answers, row, 1);
  }

  /** The kind of the failure at which there were too many in a row; null where there were not, since the last call. */
  takeReached(row: number): FailureKind | null {
    if (Atomics.load(this.#reached, row) === 0) return null;
    return FAILURE_KINDS[Atomics.exchange(this.#reached, row, 0) - 1] ?? null;
  }
  /** Whether the last attempts, or connections, failed in such a number. */
  isFailing(row: number, failuresMax: number): boolean {
    return (
      Atomics.load(this.#unreached, row) >= failuresMax || Atomics.load(this.#unanswered, row) >= failuresMax
    );
  }
  /** Connections that were answered since the circuit became half-open. */
  answers(row: number): number {
    return Atomics.load(this.#answers, row);
  }

  /** Control decides. What was counted is forgotten. */
  set(row: number, state: CircuitState): void {
    for (const counted of [this.#unreached, this.#unanswered, this.#answers, this.#reached])
      Atomics.store(counted, row, 0);
    Atomics.store(this.#state, row, CIRCUIT_STATES.indexOf(state));
  }
  setEjections(row: number, ejections: number): void {
    Atomics.store(this.#ejections, row, ejections);
  }
  /** An ejection lasts from `now`, in milliseconds since 1970, for `ms`. */
  setEjected(row: number, now: number, ms: number): void {
    Atomics.store(this.#since, row, tenths(now));
    Atomics.store(this.#until, row, Math.ceil((now + ms) / TENTH_MS) | 0);
  }
  /** Nothing is known of the row's backend. */
  renew(row: number): void {
    this.setEjections(row, 0);
    this.set(row, 'closed');
  }
}

function tenths(ms: number): number {
  return Math.floor(ms / TENTH_MS) | 0;
}
