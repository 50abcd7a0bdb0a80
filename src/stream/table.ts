import type { Direction } from '../core/direction.ts';
import type { StagePlan } from '../core/stage-plan.ts';
import { bandwidthFromPlan } from './bandwidth.ts';
import { corruptFromPlan } from './corrupt.ts';
import { downFromPlan } from './down.ts';
import { dropConnectionFromPlan } from './drop-connection.ts';
import type { StageEnv } from './env.ts';
import { flightRecorderFromPlan } from './flight-recorder.ts';
import { latencyFromPlan } from './latency.ts';
import { limitDataFromPlan } from './limit-data.ts';
import { mirrorFromPlan } from './mirror.ts';
import { passThrough } from './pass-through.ts';
import { quotaFromPlan } from './quota.ts';
import { rateLimitFromPlan } from './rate-limit-from-plan.ts';
import { resetPeerFromPlan } from './reset-peer.ts';
import { slicerFromPlan } from './slicer.ts';
import { slowCloseFromPlan } from './slow-close.ts';
import type { PlanOf, Stage, StageControl, StageFactory } from './stage.ts';
import { stallFromPlan } from './stall.ts';
import { teeFromPlan } from './tee-from-plan.ts';
import { timeoutFromPlan } from './timeout.ts';

/** Every kind of stage that a plan can name. */
export const STAGES = {
  pass_through: passThrough,
  rate_limit: rateLimitFromPlan,
  tee: teeFromPlan,
  mirror: mirrorFromPlan,
  flight_recorder: flightRecorderFromPlan,
  latency: latencyFromPlan,
  bandwidth: bandwidthFromPlan,
  slicer: slicerFromPlan,
  slow_close: slowCloseFromPlan,
  timeout: timeoutFromPlan,
  reset_peer: resetPeerFromPlan,
  limit_data: limitDataFromPlan,
  quota: quotaFromPlan,
  stall: stallFromPlan,
  corrupt: corruptFromPlan,
  drop_connection: dropConnectionFromPlan,
  down: downFromPlan,
} satisfies { readonly [Kind in StagePlan['kind']]: StageFactory<Kind> };

/**
 * The stages of one direction of one connection, in the order of the plan. A stage that leaves this direction alone
 * yields none. They are made for one subscription and hold nothing until it begins:
 *
 *     const stream = buildStages(route.stages, 'up', env).reduce((source, stage) => stage(source), chunks);
 */
export function buildStages(plans: readonly StagePlan[], direction: Direction, env: StageEnv): Stage[] {
  return plans
    .map((plan, position) => liveStage(plan, position, direction, env).stage)
    .filter((stage) => stage !== null);
}

/** A stage in one direction of a live connection, whose plan can be changed. */
export interface LiveStage {
  readonly plan: StagePlan;
  /** null where the plan leaves this direction, or this connection, alone. */
  readonly stage: Stage | null;
  /**
   * Gives the stage other parameters, which it reads at its next decision. False where it cannot follow and nothing was
   * changed: another stage has to be put in its place.
   */
  update(plan: StagePlan): boolean;
  /** Lets everything go that the stage holds, at once and in order. Before it is taken away by `SwitchPoint.set(null)`. */
  release(): void;
}

/** The stage of a plan that stands at `position` in the list of the connection. */
export function liveStage(plan: StagePlan, position: number, direction: Direction, env: StageEnv): LiveStage {
  return new Live(plan, position, direction, env);
}

class Live<Kind extends StagePlan['kind']> implements LiveStage {
  readonly stage: Stage | null;
  readonly #control: StageControl<Kind>;
  readonly #direction: Direction;
  readonly #env: StageEnv;

  constructor(plan: PlanOf<Kind>, position: number, direction: Direction, env: StageEnv) {
    this.#control = { plan, position, release: null, hurry: null };
    this.#direction = direction;
    this.#env = env;
    this.stage = build(this.#control, direction, env);
  }

  get plan(): PlanOf<Kind> {
    return this.#control.plan;
  }

  update(plan: StagePlan): boolean {
    if (this.stage === null || !isReadAnew(this.plan, plan)) return false;
    const control: StageControl<Kind> = { ...this.#control, plan: plan as PlanOf<Kind> };
    if (build(control, this.#direction, this.#env) === null) return false;
    this.#control.plan = control.plan;
    return true;
  }

  release(): void {
    this.#control.hurry?.();
    this.#control.release?.();
  }
}

/** Whether a live stage of the one plan can go on with the other: it reads anew all but what is decided at its beginning. */
function isReadAnew(before: StagePlan, after: StagePlan): boolean {
  if (before.kind !== after.kind) return false;
  if (before.kind === 'tee' || before.kind === 'mirror' || before.kind === 'flight_recorder') return false;
  return JSON.stringify(fixed(before)) === JSON.stringify(fixed(after));
}

function fixed(plan: StagePlan): unknown {
  if (plan.kind === 'rate_limit') return plan.shared ?? null;
  return 'chaos' in plan ? plan.chaos : null;
}

/** The table's type says that the factory under a plan's kind takes that plan; TypeScript cannot follow it through an index. */
function build<Kind extends StagePlan['kind']>(
  control: StageControl<Kind>,
  direction: Direction,
  env: StageEnv,
): Stage | null {
  const factory = STAGES[control.plan.kind] as unknown as StageFactory<Kind>;
  return factory(control, direction, env);
}
