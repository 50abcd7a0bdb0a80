import type { StageEnding, StagePlan } from '../core/stage-plan.ts';

/**
 * The error with which a stage ends the connection on purpose. It comes after the bytes that the stage let pass, through
 * the stages behind it, as any RST does; whoever reads the stream does the rest in both directions.
 */
export class StageEnd {
  /** `reset`: both peers get a RST. `close`: both get a FIN, behind what was read and let pass. */
  readonly how: StageEnding;
  readonly stage: StagePlan['kind'];

  constructor(how: StageEnding, stage: StagePlan['kind']) {
    this.how = how;
    this.stage = stage;
  }
}
