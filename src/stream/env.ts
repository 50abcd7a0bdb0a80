import type { SchedulerLike } from 'rxjs';
import type { Buckets } from '../core/bucket.ts';
import type { ConnectionId } from '../core/connection-id.ts';
import type { MirrorLine, MirrorPlan } from '../core/mirror.ts';
import type { StagePlan } from '../core/stage-plan.ts';
import type { Affected } from './affected.ts';
import { type Dice, diceOf } from './dice.ts';
import type { Tapped } from './tapped.ts';

/** What the stages of one direction of one connection are built with. */
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
  /** If not provided, defaults to `chaosEnvOf(connection)`. Both directions of a connection are given the same. */
  readonly chaos?: ChaosEnv;
  /** What limits need that connections share. If not provided, each connection has its own. */
  readonly sharing?: SharingEnv;
  /** Where this direction is to be copied to by the mirror of this plan; null = nowhere. If not provided, there are no mirrors. */
  openMirror?(plan: MirrorPlan): MirrorLine | null;
  /** A stage stopped working and says why; the connection goes on without it. Called at most once a stage. */
  failed(stage: StagePlan['kind'], message: string): void;
  /** Bytes of this direction that will not be passed on: their credit goes back to the window. */
  dropped(bytes: number): void;
}

export interface SharingEnv {
  readonly buckets: Buckets;
  /** Name of the route. */
  readonly route: string;
}

/** What the stages of a connection know of it, and have in common. One for each connection. */
export interface ChaosEnv {
  /** When the plan was started that brought the stages, by the clock of the scheduler. Schedules count from it. */
  readonly startedAt: number;
  /** The client's IP address; empty where it has none. */
  readonly source: string;
  /** The bytes are those of TLS that somebody else terminates. */
  readonly isTls: boolean;
  readonly affected: Affected;
  /** What the directions of a stage have in common, by the plan with which the stage was built. */
  readonly shared: Map<StagePlan, unknown>;
  /**
   * A sequence for this connection, from its beginning at each call. The same seed and the same number of the connection,
   * in the order of accepts, make the same sequence; so does null within one connection.
   */
  dice(seed: number | null): Dice;
}

/**
 * A connection about which nothing else is known: it comes from nowhere, plans started with the clock, nothing caps faults,
 * and its number is its id.
 */
export function chaosEnvOf(connection: ConnectionId): ChaosEnv {
  return {
    startedAt: 0,
    source: '',
    isTls: false,
    affected: { enter: () => true, leave: () => undefined },
    shared: new Map(),
    dice: (seed) => diceOf(seed ?? connection, connection),
  };
}
