import type { StagePlan } from './stage-plan.ts';

/** A stage that was put into a running service, by a name that is its own among those of its listener. */
export interface RunTimeStage {
  readonly name: string;
  readonly stage: StagePlan;
}

/** Puts stages into the connections of a running service, those that live included. */
export interface StageControl {
  /** Makes these the run-time stages of a listener, in this order, behind those of the configuration. */
  replace(listener: string, stages: readonly RunTimeStage[]): Promise<void>;
}
