import type { SchedulerLike } from 'rxjs';
import { ALWAYS, type ChaosPlan } from '../../src/core/chaos-plan.ts';
import { connectionId } from '../../src/core/connection-id.ts';
import type { Direction } from '../../src/core/direction.ts';
import type { StagePlan } from '../../src/core/plan.ts';
import {
  buildStages,
  type ChaosEnv,
  chaosEnvOf,
  diceOf,
  type Stage,
  type StageEnv,
} from '../../src/stream/index.ts';

/** The `number`-th connection of a listener. */
export function envOf(
  scheduler: SchedulerLike,
  number = 1,
  more: Partial<ChaosEnv> = {},
  dropped: (bytes: number) => void = () => undefined,
): StageEnv & { readonly chaos: ChaosEnv } {
  const connection = connectionId(0, 0, number);
  return {
    scheduler,
    connection,
    listener: 'edge',
    openedAt: 0,
    chaos: { ...chaosEnvOf(connection), dice: (seed) => diceOf(seed ?? 0, number), ...more },
    failed: (stage, message) => {
      throw new Error(`${stage}: ${message}`);
    },
    dropped,
  };
}

/** The stages of plans, one behind the other. */
export function chain(plans: readonly StagePlan[], env: StageEnv, direction: Direction = 'up'): Stage {
  const stages = buildStages(plans, direction, env);
  return (source) => stages.reduce((stream, stage) => stage(stream), source);
}

/** What all stages of chaos have, with some of it said. */
export function chaosOf(said: Partial<ChaosPlan> = {}): ChaosPlan {
  return { ...ALWAYS, ...said };
}
