import type { MonoTypeOperatorFunction, SchedulerLike } from 'rxjs';
import type { Chunk } from '../core/chunk.ts';
import type { ConnectionId } from '../core/connection-id.ts';
import type { Direction } from '../core/direction.ts';
import type { StagePlan } from '../core/plan.ts';
import type { Tapped } from './tapped.ts';

/**
 * One step that the bytes of one direction of one connection pass through: an RxJS operator over chunks, made by a
 * function `(options) => (source) => source'`. `test/stream/contract.ts` holds every stage to these rules:
 *
 * - Order is kept, and nothing is lost that the stage was not told to lose. Boundaries between chunks mean nothing: a
 *   stage may cut and join them. It never writes into bytes it was given.
 * - `complete` is FIN and `error(x)` is RST. Both come after everything the stage held before them, with the same `x`.
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

/** What the stages of one connection are built with. */
export interface StageEnv {
  /** The clock and the waits of every stage; `TimerScheduler` over the plane's timers. */
  readonly scheduler: SchedulerLike;
  readonly connection: ConnectionId;
  /** Name of the listener. */
  readonly listener: string;
  /** When the connection was accepted, milliseconds since 1970. */
  readonly openedAt: number;
  /** If not provided, a tee knows nothing but what stands here. Both directions of a connection are given the same. */
  readonly tapped?: Tapped;
  /** A stage stopped working and says why; the connection goes on without it. Called at most once a stage. */
  failed(stage: StagePlan['kind'], message: string): void;
  /** Bytes of this direction that will not be passed on: their credit goes back to the window. */
  dropped(bytes: number): void;
}

/** Makes the stage that a plan asks for in one direction; null where the plan leaves that direction alone. */
export type StageFactory<Kind extends StagePlan['kind']> = (
  plan: Extract<StagePlan, { kind: Kind }>,
  direction: Direction,
  env: StageEnv,
) => Stage | null;
