import type { Address } from '../core/address.ts';
import type { Cancellable, Plane } from '../core/ports.ts';
import type { Gate, Guest } from './gate.ts';
import { type ProbeResult, probeTcp } from './probe.ts';

/** Part of the interval by which the first repeats are spread. */
const SPREAD_SHARE = 0.5;

/** Fraction of the golden ratio: its multiples modulo 1 fill the space between 0 and 1 evenly, however many there are. */
const GOLDEN_FRACTION = 0.618_033_988_749_895;

/** What is probed, and how often. */
export interface ProbeTarget {
  readonly row: number;
  readonly address: Address;
  /** Where that is now, asked before each probe, or why nobody knows; absent = the address itself. */
  readonly addresses?: () => readonly Address[] | string;
  /** As `ConnectPlan.attemptDelayMs`; of no meaning to a single address. */
  readonly attemptDelayMs?: number;
  /** As `ConnectPlan.source`: a probe goes the way that clients go. Of `client`, null. */
  readonly source: string | null;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** Where a loop tells what it found. Once it has told of a crash it has stopped. */
export interface ProbeListener {
  result(result: ProbeResult): void;
  crashed(error: unknown): void;
}

/**
 * Probes one backend: at once, then each time `intervalMs` after the last probe began, or when that one ended if it took
 * longer; two never overlap. The first repeat comes early, by a part of the interval that depends on the row, so that
 * backends first probed together are not probed together for ever. Waits at the gate before each probe.
 */
export class ProbeLoop implements Guest {
  readonly row: number;
  readonly #plane: Plane;
  readonly #gate: Gate;
  readonly #target: ProbeTarget;
  readonly #listener: ProbeListener;
  #isFirst = true;
  #began = 0;
  #probe: Cancellable | null = null;
  #timer: Cancellable | null = null;

  constructor(plane: Plane, gate: Gate, target: ProbeTarget, listener: ProbeListener) {
    this.row = target.row;
    this.#plane = plane;
    this.#gate = gate;
    this.#target = target;
    this.#listener = listener;
  }

  start(): void {
    this.#gate.enter(this);
  }

  /** The gate has a place. */
  begin(): void {
    this.#guarded(() => {
      const { address, addresses = () => [address], source, timeoutMs, attemptDelayMs } = this.#target;
      this.#began = this.#plane.timers.now();
      const to = addresses();
      if (typeof to === 'string') {
        this.#settle({ kind: 'failed', cause: to });
        return;
      }
      this.#probe = probeTcp(
        this.#plane,
        to,
        { source, timeoutMs, attemptDelayMs: attemptDelayMs ?? 0 },
        (result) => this.#guarded(() => this.#settle(result)),
      );
    });
  }

  /** Ends the probe under way and the wait for the next. Nothing is told afterwards. */
  stop(): void {
    this.#probe?.cancel();
    this.#timer?.cancel();
    this.#gate.leave(this);
  }

  #settle(result: ProbeResult): void {
    const gapMs = this.#isFirst ? firstGapMs(this.#target) : this.#target.intervalMs;
    this.#isFirst = false;
    const { timers } = this.#plane;
    this.#timer = timers.after(Math.max(0, this.#began + gapMs - timers.now()), () => this.start());
    this.#gate.leave(this);
    this.#listener.result(result);
  }

  #guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.stop();
      this.#listener.crashed(error);
    }
  }
}

/** Milliseconds from the first probe to the second: from half the interval up to the whole, by the row. */
export function firstGapMs({ row, intervalMs }: ProbeTarget): number {
  return intervalMs * (1 - SPREAD_SHARE * ((row * GOLDEN_FRACTION) % 1));
}
