import type { ChaosPlan } from '../../src/core/chaos-plan.ts';
import type {
  CorruptPlan,
  DownPlan,
  DropConnectionPlan,
  LimitDataPlan,
  QuotaPlan,
  ResetPeerPlan,
  SlowClosePlan,
  StageEnding,
  StallPlan,
  TimeoutPlan,
} from '../../src/core/stage-plan.ts';
import { chaosOf } from './chaos-env.ts';

type Said = Partial<ChaosPlan>;

export const slowClose = (up: number, resets: boolean): SlowClosePlan => ({
  kind: 'slow_close',
  up,
  down: null,
  resets,
  chaos: chaosOf(),
});

export const timeout = (afterMs: number, end: StageEnding = 'close', said: Said = {}): TimeoutPlan => ({
  kind: 'timeout',
  direction: 'both',
  afterMs,
  end,
  chaos: chaosOf(said),
});

export const resetPeer = (afterMs: number, said: Said = {}): ResetPeerPlan => ({
  kind: 'reset_peer',
  afterMs,
  chaos: chaosOf(said),
});

export const limitData = (up: number, end: StageEnding = 'close'): LimitDataPlan => ({
  kind: 'limit_data',
  up,
  down: null,
  end,
  chaos: chaosOf(),
});

export const quota = (bytes: number, end: StageEnding = 'close'): QuotaPlan => ({
  kind: 'quota',
  bytes,
  end,
  chaos: chaosOf(),
});

export const stall = (probability: number, pauseMs: number, said: Said = {}): StallPlan => ({
  kind: 'stall',
  direction: 'both',
  probability,
  pauseMs,
  pauseMaxMs: 60_000,
  chaos: chaosOf(said),
});

export const corrupt = (rate: number, said: Said = {}, force = false): CorruptPlan => ({
  kind: 'corrupt',
  direction: 'both',
  rate,
  force,
  chaos: chaosOf(said),
});

export const dropConnection = (
  probability: number,
  afterBytes: number,
  said: Said = {},
): DropConnectionPlan => ({
  kind: 'drop_connection',
  probability,
  afterBytes,
  chaos: chaosOf(said),
});

/** For so many milliseconds from the start of the plan. */
export const during = (forMs: number): Said => ({
  schedule: { fromMs: 0, forMs, everyMs: 0, expiresMs: 0 },
});

export const down = (said: Said = {}): DownPlan => ({ kind: 'down', chaos: chaosOf(said) });
