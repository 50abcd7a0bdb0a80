import type { ProbePace } from '../../machines/health-checker.ts';
import type { Cancellable } from '../core/ports.ts';
import type { Gate, Guest } from './gate.ts';
import { probe } from './probe.ts';
import type { ProbeMeans, ProbeResult, ProbeSubject } from './probing.ts';

/** Part of the interval by which the first repeats are spread. */
const SPREAD_SHARE = 0.5;

/** Fraction of the golden ratio: its multiples modulo 1 fill the space between 0 and 1 evenly, however many there are. */
const GOLDEN_FRACTION = 0.618_033_988_749_895;

/** What is probed, and how often. */
export interface ProbeTarget extends ProbeSubject {
  readonly row: number;
  /** From the beginning of one probe to that of the next, by how the results are. */
  readonly intervalsMs: Readonly<Record<ProbePace, number>>;
  /** Part of an interval, 0 to 1, by which each is made shorter or longer at random. */
  readonly jitterShare: number;
}

/** What loops need. */
export interface LoopMeans extends ProbeMeans {
  /** From 0 up to and without 1. */
  readonly random: () => number;
}

/** Where a loop tells what it found. Once it has told of a crash it has stopped. */
export interface ProbeListener {
  result(result: ProbeResult): void;
  crashed(error: unknown): void;
}

/**
 * Probes one backend: at once, then each time an interval after the last probe began, or when that one ended if it took
 * longer; two never overlap. The first repeat comes early, by a part of the interval that depends on the row, so that
 * backends first probed together are not probed together for ever. Waits at the gate before each probe, and keeps its place
 * there until the socket is closed.
 */
export class ProbeLoop implements Guest {
  readonly row: number;
  readonly #means: LoopMeans;
  readonly #gate: Gate;
  readonly #target: ProbeTarget;
  readonly #listener: ProbeListener;
  #pace: ProbePace;
  #isFirst = true;
  #began = 0;
  #probe: Cancellable | null = null;
  /** The wait for the next probe: null before the first result and while a probe is under way. */
  #timer: Cancellable | null = null;
  /** Of the present wait: between -1 and 1. */
  #drawn = 0;

  constructor(
    means: LoopMeans,
    gate: Gate,
    target: ProbeTarget,
    listener: ProbeListener,
    pace: ProbePace = 'steady',
  ) {
    this.row = target.row;
    this.#means = means;
    this.#gate = gate;
    this.#target = target;
    this.#listener = listener;
    this.#pace = pace;
  }

  start(): void {
    this.#gate.enter(this);
  }

  /** Which interval holds from the last probe on, and until this is called again. */
  setPace(pace: ProbePace): void {
    if (pace === this.#pace) return;
    this.#pace = pace;
    if (this.#timer !== null) this.#wait();
  }

  /** The gate has a place. */
  begin(): void {
    this.#guarded(() => {
      this.#began = this.#means.plane.timers.now();
      this.#probe = probe(this.#means, this.#target, {
        result: (result) => this.#guarded(() => this.#settle(result)),
        gone: () => this.#gate.leave(this),
        crashed: (error) => this.#crash(error),
      });
    });
  }

  /** Ends the probe under way and the wait for the next. Nothing is told afterwards. */
  stop(): void {
    this.#probe?.cancel();
    this.#timer?.cancel();
    this.#timer = null;
    this.#gate.leave(this);
  }

  #settle(result: ProbeResult): void {
    this.#drawn = 2 * this.#means.random() - 1;
    this.#wait();
    this.#listener.result(result);
  }

  #wait(): void {
    this.#timer?.cancel();
    const { timers } = this.#means.plane;
    this.#timer = timers.after(Math.max(0, this.#began + this.#gapMs() - timers.now()), () => this.#again());
  }

  #gapMs(): number {
    const { row, intervalsMs, jitterShare } = this.#target;
    const intervalMs = intervalsMs[this.#pace];
    const gapMs = this.#isFirst ? firstGapMs(row, intervalMs) : intervalMs;
    return gapMs * (1 + jitterShare * this.#drawn);
  }

  #again(): void {
    this.#timer = null;
    this.#isFirst = false;
    // The last one may still be waiting for its backend's FIN.
    this.#probe?.cancel();
    this.#gate.leave(this);
    this.start();
  }

  #guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#crash(error);
    }
  }

  #crash(error: unknown): void {
    this.stop();
    this.#listener.crashed(error);
  }
}

/** Milliseconds from the first probe to the second: from half the interval up to the whole, by the row. */
export function firstGapMs(row: number, intervalMs: number): number {
  return intervalMs * (1 - SPREAD_SHARE * ((row * GOLDEN_FRACTION) % 1));
}
