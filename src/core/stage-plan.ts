import type { ChaosPlan } from './chaos-plan.ts';
import type { Direction } from './direction.ts';
import type { MirrorPlan } from './mirror.ts';
import type { FlightRecorderPlan, TeePlan } from './tee-plan.ts';

/** Every kind of stage, in the order of counters. */
export const STAGE_KINDS = [
  'pass_through',
  'rate_limit',
  'tee',
  'mirror',
  'flight_recorder',
  'latency',
  'bandwidth',
  'slicer',
  'slow_close',
  'timeout',
  'reset_peer',
  'limit_data',
  'quota',
  'stall',
  'corrupt',
  'drop_connection',
  'down',
] as const satisfies readonly StagePlan['kind'][];

/** Which directions a stage stands in. */
export const STAGE_DIRECTIONS = ['up', 'down', 'both'] as const;
export type StageDirections = (typeof STAGE_DIRECTIONS)[number];

/** How a stage ends a connection: by FIN or by RST. */
export const STAGE_ENDINGS = ['close', 'reset'] as const;
export type StageEnding = (typeof STAGE_ENDINGS)[number];

/** Distributions of what is added to a delay by chance. */
export const JITTERS = ['uniform', 'normal', 'pareto'] as const;
export type Jitter = (typeof JITTERS)[number];

/** What connections can share a rate limit. */
export const RATE_LIMIT_SHARES = ['client', 'listener', 'route'] as const;
export type RateLimitShare = (typeof RATE_LIMIT_SHARES)[number];

export type StagePlan =
  | { readonly kind: 'pass_through' }
  | RateLimitPlan
  | TeePlan
  | MirrorPlan
  | FlightRecorderPlan
  | ChaosStagePlan;

export interface RateLimitPlan {
  readonly kind: 'rate_limit';
  /** Bytes per second; 0 = this direction is not limited. */
  readonly up: number;
  readonly down: number;
  /** Bytes that may pass at once after a pause. */
  readonly burst: number;
  /** Who shares the limit; absent: each connection has its own. */
  readonly shared?: {
    readonly per: RateLimitShare;
    /** Where the limit stands in the config: with who shares it, the name of its bucket. */
    readonly name: string;
  };
}

/** A stage that makes faults. What all of them have is done around them, by `src/stream/chaos.ts`. */
export type ChaosStagePlan =
  | LatencyPlan
  | BandwidthPlan
  | SlicerPlan
  | SlowClosePlan
  | TimeoutPlan
  | ResetPeerPlan
  | LimitDataPlan
  | QuotaPlan
  | StallPlan
  | CorruptPlan
  | DropConnectionPlan
  | DownPlan;

export interface LatencyPlan {
  readonly kind: 'latency';
  /** Milliseconds; null = this direction is left alone. */
  readonly up: number | null;
  readonly down: number | null;
  /** Milliseconds; 0 = every delay is the same. */
  readonly jitterMs: number;
  readonly distribution: Jitter;
  readonly chaos: ChaosPlan;
}

/** A link of a rate: as a rate limit without a burst. */
export interface BandwidthPlan {
  readonly kind: 'bandwidth';
  /** Bytes per second; 0 = this direction is left alone. */
  readonly up: number;
  readonly down: number;
  readonly chaos: ChaosPlan;
}

export interface SlicerPlan {
  readonly kind: 'slicer';
  readonly direction: StageDirections;
  /** Bytes of a piece, on average. */
  readonly averageBytes: number;
  /** A piece is longer or shorter than the average by up to so many bytes. */
  readonly variationBytes: number;
  /** Milliseconds from one piece to the next; 0 = none. */
  readonly delayMs: number;
  readonly chaos: ChaosPlan;
}

export interface SlowClosePlan {
  readonly kind: 'slow_close';
  /** Milliseconds by which a FIN is late; null = this direction is left alone. */
  readonly up: number | null;
  readonly down: number | null;
  /** A RST is late as well. */
  readonly resets: boolean;
  readonly chaos: ChaosPlan;
}

/** A black hole: nothing passes, neither bytes nor FIN nor RST. */
export interface TimeoutPlan {
  readonly kind: 'timeout';
  readonly direction: StageDirections;
  /** Milliseconds until the connection ends; 0 = it does not. */
  readonly afterMs: number;
  /**
   * true: what comes is dropped, a FIN passes, and where the stage is taken away the connection ends. Absent: all is held
   * and passes then.
   */
  readonly drops?: true;
  readonly end: StageEnding;
  readonly chaos: ChaosPlan;
}

export interface ResetPeerPlan {
  readonly kind: 'reset_peer';
  /** Milliseconds until both peers are reset; 0 = at once. */
  readonly afterMs: number;
  /** They count from the first that comes in this direction, which does not pass. Absent: from when the stage begins. */
  readonly awaits?: Direction;
  readonly chaos: ChaosPlan;
}

export interface LimitDataPlan {
  readonly kind: 'limit_data';
  /** Bytes that pass before the connection ends; null = this direction is left alone. */
  readonly up: number | null;
  readonly down: number | null;
  readonly end: StageEnding;
  readonly chaos: ChaosPlan;
}

export interface QuotaPlan {
  readonly kind: 'quota';
  /** Bytes that pass in both directions together before the connection ends. */
  readonly bytes: number;
  readonly end: StageEnding;
  readonly chaos: ChaosPlan;
}

/** Pauses as a lost segment makes them: it is sent again after a time that doubles each time it is lost again. */
export interface StallPlan {
  readonly kind: 'stall';
  readonly direction: StageDirections;
  /** Of a chunk to be lost, 0 to 1. */
  readonly probability: number;
  /** Milliseconds of the first pause, at least; up to half as long again. */
  readonly pauseMs: number;
  /** Milliseconds; a pause is never longer. */
  readonly pauseMaxMs: number;
  readonly chaos: ChaosPlan;
}

export interface CorruptPlan {
  readonly kind: 'corrupt';
  readonly direction: StageDirections;
  /** Share of bytes in which one bit is flipped, 0 to 1. */
  readonly rate: number;
  /** Also bytes of TLS that somebody else terminates. */
  readonly force: boolean;
  readonly chaos: ChaosPlan;
}

export interface DropConnectionPlan {
  readonly kind: 'drop_connection';
  /** Of a connection to be reset, 0 to 1. */
  readonly probability: number;
  /** Bytes that pass before, in both directions together; 0 = none. */
  readonly afterBytes: number;
  readonly chaos: ChaosPlan;
}

/** Whether a stage stands in a direction. */
export function standsIn(directions: StageDirections, direction: Direction): boolean {
  return directions === 'both' || directions === direction;
}

export interface DownPlan {
  readonly kind: 'down';
  readonly chaos: ChaosPlan;
}
