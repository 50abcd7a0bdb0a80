import type { Direction } from '../core/direction.ts';
import type { StageEnd } from '../stream/index.ts';

/** What a flow tells the relay it belongs to. */
export interface FlowOwner {
  /** A FIN has passed all stages and was handed to the far endpoint. */
  passedFin(direction: Direction): void;
  /** Bytes were handed to the far endpoint, and some wait there. */
  waits(): void;
  /** A stage ends the connection on purpose; nothing more will come out of this direction. */
  stageEnded(end: StageEnd): void;
  /** A stage or an endpoint threw. */
  defect(error: unknown): void;
  now(): number;
}
