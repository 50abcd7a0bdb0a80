import { FAILURE_KINDS } from './circuits.ts';
import { CLOSE_REASON_NAMES } from './close-reason.ts';
import { LIMIT_KINDS } from './facts.ts';
import { MIRROR_COUNTS, type MirrorCount } from './mirror.ts';
import { STAGE_KINDS } from './plan.ts';
import { PRECONNECT_COUNTS, type PreconnectCount } from './preconnect.ts';
import { STATES } from './state.ts';

/** What is counted of a pool: who waits for a backend now, who found the queue full, clients of a sticky pool that were forgotten for others. */
export const POOL_COUNTS = ['waiting', 'queue-full', 'evicted'] as const;
export type PoolCount = (typeof POOL_COUNTS)[number];

/** How many listeners and backends a counters region is laid out for, and how many transitions the chart of a connection has. */
export interface CountersShape {
  readonly listeners: number;
  readonly backends: number;
  readonly transitions: number;
}

/**
 * The layout of the counters region: Float64 cells, each written by one shard alone, the truth for counters and gauges.
 * A metric is a block of cells; a cell in it is found by multiplying out its labels. Control adds up the shards.
 */
export class CountersLayout {
  readonly shape: CountersShape;
  readonly length: number;
  readonly #states: number;
  readonly #transitions: number;
  readonly #accepted: number;
  readonly #gone: number;
  readonly #closed: number;
  readonly #limits: number;
  readonly #waiting: number;
  readonly #stageFailures: number;
  readonly #mirrors: number;
  readonly #bytes: number;
  readonly #undelivered: number;
  readonly #dials: number;
  readonly #dialFailures: number;
  readonly #backendBytes: number;
  readonly #pools: number;
  readonly #ejections: number;
  readonly #preconnect: number;
  readonly #factsDropped: number;
  readonly #taken: number;

  constructor(shape: CountersShape) {
    this.shape = shape;
    let next = 0;
    const block = (cells: number): number => {
      const start = next;
      next += cells;
      return start;
    };
    this.#states = block(shape.listeners * STATES.length);
    this.#transitions = block((shape.listeners + 1) * STATES.length);
    this.#accepted = block(shape.listeners);
    this.#gone = block(shape.listeners);
    this.#closed = block(shape.listeners * CLOSE_REASON_NAMES.length);
    this.#limits = block(shape.listeners * LIMIT_KINDS.length);
    this.#waiting = block(shape.listeners);
    this.#stageFailures = block(shape.listeners * STAGE_KINDS.length);
    this.#mirrors = block(shape.listeners * MIRROR_COUNTS.length);
    this.#bytes = block(shape.listeners * 2);
    this.#undelivered = block(shape.listeners * 2);
    this.#dials = block(shape.backends);
    this.#dialFailures = block(shape.backends);
    this.#backendBytes = block(shape.backends * 2);
    this.#pools = block(shape.backends * POOL_COUNTS.length);
    this.#ejections = block(shape.backends * FAILURE_KINDS.length);
    this.#preconnect = block(shape.backends * PRECONNECT_COUNTS.length);
    this.#factsDropped = block(1);
    this.#taken = block((shape.listeners + 1) * shape.transitions);
    this.length = next;
  }

  /** In the place of a listener: what `transition` and `taken` counted of those whose places others have. Written by control. */
  get former(): number {
    return this.shape.listeners;
  }

  /** Gauge: connections of a listener that are in a state now. */
  state(listener: number, state: number): number {
    return this.#states + listener * STATES.length + state;
  }
  /** Entries into a state. */
  transition(listener: number, state: number): number {
    return this.#transitions + listener * STATES.length + state;
  }
  /** Connections accepted, those turned away included. */
  accepted(listener: number): number {
    return this.#accepted + listener;
  }
  /** Clients that had reset before they were accepted; they never were connections. */
  gone(listener: number): number {
    return this.#gone + listener;
  }
  /** Connections ended, by reason. */
  closed(listener: number, reason: number): number {
    return this.#closed + listener * CLOSE_REASON_NAMES.length + reason;
  }
  /** Times a limit was hit; `limit` is the position in LIMIT_KINDS. */
  limit(listener: number, limit: number): number {
    return this.#limits + listener * LIMIT_KINDS.length + limit;
  }
  /** Gauge: connections that wait for a place now. */
  waiting(listener: number): number {
    return this.#waiting + listener;
  }
  /** Stages that stopped working; `stage` is the position in STAGE_KINDS. */
  stageFailures(listener: number, stage: number): number {
    return this.#stageFailures + listener * STAGE_KINDS.length + stage;
  }
  /** Mirrors of a listener's connections: bytes their sockets accepted, bytes they were to get and did not, differences, and those open and bytes waiting now. */
  mirrors(listener: number, count: MirrorCount): number {
    return this.#mirrors + listener * MIRROR_COUNTS.length + MIRROR_COUNTS.indexOf(count);
  }
  /** Bytes accepted by the far socket; direction 0 = up, 1 = down. */
  bytes(listener: number, direction: number): number {
    return this.#bytes + listener * 2 + direction;
  }
  /** Bytes read and never accepted by the far socket. */
  undelivered(listener: number, direction: number): number {
    return this.#undelivered + listener * 2 + direction;
  }
  /** Attempts to connect to a backend. */
  dials(backend: number): number {
    return this.#dials + backend;
  }
  dialFailures(backend: number): number {
    return this.#dialFailures + backend;
  }
  backendBytes(backend: number, direction: number): number {
    return this.#backendBytes + backend * 2 + direction;
  }
  /** Of a pool, of which there are never more than backends. */
  pools(pool: number, count: PoolCount): number {
    return this.#pools + pool * POOL_COUNTS.length + POOL_COUNTS.indexOf(count);
  }
  /** Ejections of a backend, written by control; `cause` is the position in FAILURE_KINDS of the failure that decided. */
  ejections(backend: number, cause: number): number {
    return this.#ejections + backend * FAILURE_KINDS.length + cause;
  }
  /** Connections made ahead to a backend; `idle` is a gauge, `saved` is in seconds. */
  preconnect(backend: number, count: PreconnectCount): number {
    return this.#preconnect + backend * PRECONNECT_COUNTS.length + PRECONNECT_COUNTS.indexOf(count);
  }
  /** Facts that were dropped because control did not keep up. */
  factsDropped(): number {
    return this.#factsDropped;
  }

  /** Times that connections have taken a transition of their chart; in the order of `transitionsOf`. */
  taken(listener: number, transition: number): number {
    return this.#taken + listener * this.shape.transitions + transition;
  }
  /** Those cells of a region: a line for each listener. */
  takenOf(cells: Float64Array): Float64Array {
    return cells.subarray(this.#taken, this.#taken + (this.shape.listeners + 1) * this.shape.transitions);
  }

  /** All cells of a listener. */
  ofListener(listener: number): number[] {
    return [
      ...each(STATES.length, (state) => [this.state(listener, state), this.transition(listener, state)]),
      ...[this.accepted(listener), this.gone(listener), this.waiting(listener)],
      ...each(CLOSE_REASON_NAMES.length, (reason) => [this.closed(listener, reason)]),
      ...each(LIMIT_KINDS.length, (limit) => [this.limit(listener, limit)]),
      ...each(STAGE_KINDS.length, (stage) => [this.stageFailures(listener, stage)]),
      ...MIRROR_COUNTS.map((count) => this.mirrors(listener, count)),
      ...each(2, (direction) => [this.bytes(listener, direction), this.undelivered(listener, direction)]),
      ...each(this.shape.transitions, (transition) => [this.taken(listener, transition)]),
    ];
  }

  /** The cells of a listener whose sums never fall, each with the one where it is kept when another takes its place. */
  keptOf(listener: number): [cell: number, kept: number][] {
    return [
      ...STATES.map((_, state): [number, number] => [
        this.transition(listener, state),
        this.transition(this.former, state),
      ]),
      ...Array.from({ length: this.shape.transitions }, (_, transition): [number, number] => [
        this.taken(listener, transition),
        this.taken(this.former, transition),
      ]),
    ];
  }

  /** All cells of a backend. */
  ofBackend(backend: number): number[] {
    return [
      this.dials(backend),
      this.dialFailures(backend),
      ...each(2, (direction) => [this.backendBytes(backend, direction)]),
      ...each(FAILURE_KINDS.length, (cause) => [this.ejections(backend, cause)]),
      ...PRECONNECT_COUNTS.map((count) => this.preconnect(backend, count)),
    ];
  }

  /** All cells of a pool. */
  ofPool(pool: number): number[] {
    return POOL_COUNTS.map((count) => this.pools(pool, count));
  }

  /** A zeroed region; shared memory, so that control reads what a shard writes. */
  allocate(): Float64Array {
    return new Float64Array(new SharedArrayBuffer(this.length * Float64Array.BYTES_PER_ELEMENT));
  }
}

/** One shard's region together with its layout: what a connection writes to. */
export interface Counters {
  readonly layout: CountersLayout;
  readonly cells: Float64Array;
}

function each(count: number, cells: (index: number) => number[]): number[] {
  return Array.from({ length: count }, (_, index) => cells(index)).flat();
}
