import type { MonoTypeOperatorFunction } from 'rxjs';
import type { Chunk } from '../core/chunk.ts';
import type { Direction } from '../core/direction.ts';
import type { StagePlan } from '../core/stage-plan.ts';
import type { StageEnv } from './env.ts';

/**
 * One step that the bytes of one direction of one connection pass through: an RxJS operator over chunks, made by a
 * function `(options) => (source) => source'`. `test/stream/contract.ts` holds every stage to these rules:
 *
 * - Order is kept, and nothing is lost that the stage was not told to lose. Boundaries between chunks mean nothing: a
 *   stage may cut and join them. It never writes into bytes it was given.
 * - `complete` is FIN and `error(x)` is RST. Both come after everything the stage held before them, with the same `x`.
 *   `error(DRAIN)` is neither: it takes the stage away (`src/stream/drain.ts`). A stage that ends the connection itself
 *   says `error(new StageEnd(…))`, and drops what comes later.
 * - Unsubscribing cancels every wait, closes what the stage opened and drops what it holds. Nothing is emitted later.
 * - A borrowed chunk is valid until `next` returns; a stage that holds it longer holds `keep(chunk)`.
 * - Bytes a stage drops, also those held when it is unsubscribed, go back to the credit window by the option
 *   `dropped(bytes)`. There is no other signal of backpressure: held bytes stay outstanding, and the window stops the
 *   source. A stage therefore never holds more than the window and one read.
 * - A reader may make the source emit again before `next` returns. Such a chunk comes after all that came before it.
 * - Time comes from the option `scheduler` alone, and is the clock of `Chunk.at` where the plane's scheduler is given.
 * - Nothing here throws: RxJS reports what an observer throws in a task of its own, where no connection can be held
 *   to account. What may fail is caught where it is called.
 */
export type Stage = MonoTypeOperatorFunction<Chunk>;

export type PlanOf<Kind extends StagePlan['kind']> = Extract<StagePlan, { kind: Kind }>;

/** What a live stage reads at each decision: whoever replaces the plan in it changes the stage. */
export interface StageControl<Kind extends StagePlan['kind']> {
  plan: PlanOf<Kind>;
  /** Where the stage stands in the list of the connection, from 0. */
  readonly position: number;
  /** Set by a stage that holds things for an unlimited time: lets them go. null = nothing has to be let go. */
  release: (() => void) | null;
  /** Set by a stage that lets bytes wait their turn: from here on everything passes at once. null = nothing does. */
  hurry: (() => void) | null;
}

/** Makes the stage that a plan asks for in one direction; null where the plan leaves that direction alone. */
export type StageFactory<Kind extends StagePlan['kind']> = (
  control: StageControl<Kind>,
  direction: Direction,
  env: StageEnv,
) => Stage | null;
