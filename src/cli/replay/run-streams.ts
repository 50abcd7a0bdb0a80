import type { CaughtStream } from '../../capture/index.ts';
import type { Plane } from '../../core/ports.ts';
import { leftOut, type StreamResult } from './result.ts';
import type { ReplaySettings } from './settings.ts';
import { StreamReplay } from './stream-replay.ts';

/** How all of it went. */
export interface Totals {
  equal: number;
  different: number;
  leftOut: number;
  /** Connections that began later than their time because of `concurrency`. */
  late: number;
}

/**
 * Replays connections, each at its time, at most `concurrency` at once. `tell` gets each result when there is one; the
 * promise resolves when all are told.
 */
export function runStreams(
  plane: Plane,
  settings: ReplaySettings,
  streams: readonly CaughtStream[],
  tell: (result: StreamResult) => void,
): Promise<Totals> {
  return new Promise((resolve) => new Run(plane, settings, streams, tell, resolve).next());
}

class Run {
  readonly #plane: Plane;
  readonly #settings: ReplaySettings;
  readonly #streams: readonly CaughtStream[];
  readonly #tell: (result: StreamResult) => void;
  readonly #resolve: (totals: Totals) => void;
  readonly #totals: Totals = { equal: 0, different: 0, leftOut: 0, late: 0 };
  readonly #begunAt: number;
  readonly #firstAt: number;
  #begun = 0;
  #open = 0;
  #isFull = false;
  #isWaiting = false;

  constructor(
    plane: Plane,
    settings: ReplaySettings,
    streams: readonly CaughtStream[],
    tell: (result: StreamResult) => void,
    resolve: (totals: Totals) => void,
  ) {
    this.#plane = plane;
    this.#settings = settings;
    this.#streams = streams;
    this.#tell = tell;
    this.#resolve = resolve;
    this.#begunAt = plane.timers.now();
    this.#firstAt = streams.reduce((first, { at }) => Math.min(first, at), streams[0]?.at ?? 0);
  }

  /** Begins what is due and fits. */
  next(): void {
    if (this.#isWaiting) return;
    for (let stream = this.#streams[this.#begun]; stream !== undefined; stream = this.#streams[this.#begun]) {
      const early = this.#earlyMs(stream);
      if (early > 0) {
        this.#waitFor(early);
        return;
      }
      this.#isFull = this.#open >= this.#settings.concurrency;
      if (this.#isFull) return;
      this.#begin(stream);
    }
    if (this.#open === 0) this.#resolve(this.#totals);
  }

  #earlyMs({ at }: CaughtStream): number {
    const due = this.#begunAt + (at - this.#firstAt) / this.#settings.speed;
    return due - this.#plane.timers.now();
  }

  #waitFor(ms: number): void {
    this.#isWaiting = true;
    this.#plane.timers.after(Math.min(ms, PAUSE_MS_MAX), () => {
      this.#isWaiting = false;
      this.next();
    });
  }

  #begin(stream: CaughtStream): void {
    const number = ++this.#begun;
    const { gap } = stream.up;
    if (gap !== null) {
      this.#count(leftOut(stream, number, `bytes of the client are missing from byte ${gap.at + 1} on`));
      return;
    }
    this.#open++;
    new StreamReplay(this.#plane, this.#settings, stream, number, (result) => {
      this.#open--;
      this.#count(result);
      if (this.#isFull && this.#streams.length > this.#begun) this.#totals.late++;
      this.next();
    }).start();
  }

  #count(result: StreamResult): void {
    this.#totals[result.outcome === 'left-out' ? 'leftOut' : result.outcome]++;
    this.#tell(result);
  }
}

/** Streams of a file may lie years apart; the timer is then set again. */
const PAUSE_MS_MAX = 86_400_000;
