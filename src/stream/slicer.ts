import type { Chunk } from '../core/chunk.ts';
import { standsIn } from '../core/stage-plan.ts';
import { type ChaosOptions, chaos } from './chaos.ts';
import { wholeBetween } from './distributions.ts';
import { holding, type Pace } from './holding.ts';
import type { Stage } from './stage.ts';

/** Cuts what passes into pieces of about a size, with a pause between one and the next. */
export function slicer(options: ChaosOptions<'slicer'>): Stage {
  return holding(() => new Slices(options), options);
}

export const slicerFromPlan = chaos('slicer', slicer, (plan, direction) =>
  standsIn(plan.direction, direction),
);

class Slices implements Pace {
  readonly #options: ChaosOptions<'slicer'>;
  #nextAt = Number.NEGATIVE_INFINITY;
  #size: number;

  constructor(options: ChaosOptions<'slicer'>) {
    this.#options = options;
    this.#size = this.#draw();
  }

  came(): void {}

  allowed(held: number, now: number): number {
    return now < this.#nextAt ? 0 : Math.min(held, this.#size);
  }

  waitMs(_held: number, now: number): number {
    return Math.max(0, this.#nextAt - now);
  }

  passes(piece: Chunk, now: number): Chunk {
    this.#nextAt = now + this.#options.control.plan.delayMs;
    this.#size = this.#draw();
    return piece;
  }

  #draw(): number {
    const { averageBytes, variationBytes } = this.#options.control.plan;
    const least = Math.max(1, averageBytes - variationBytes);
    return wholeBetween(least, averageBytes + variationBytes, this.#options.dice);
  }
}
