import type { ConnectionId } from './connection-id.ts';
import type { StagePlan } from './stage-plan.ts';

/** Stages that a listener can have at run time, besides those of its configuration. */
export const LISTENER_STAGES_MAX = 16;

/** Stages that a connection can have at run time for itself alone. */
export const CONNECTION_STAGES_MAX = 16;

/** Characters of the name of a stage that is put at run time. */
export const STAGE_NAME_CHARS_MAX = 64;

/** What a stage that is put at run time may be called. */
export const STAGE_NAME_PATTERN = /^[\w.:-]+$/;

/** Kinds that connections get by their configuration alone: what they need of the beginning of a connection is past. */
export const CONFIG_ONLY_STAGES: readonly StagePlan['kind'][] = ['mirror', 'flight_recorder'];

/** Whose connections a stage stands in: all of a listener, also later ones; or one connection, as long as it lives. */
export type StageTarget = { readonly listener: string } | { readonly connection: ConnectionId };

/** A stage and what it is called among those of its target. */
export interface NamedStage {
  readonly name: string;
  readonly stage: StagePlan;
}

/** A stage as control tells it to shards. */
export interface LiveStagePlan extends NamedStage {
  /** When it was put or last changed, milliseconds since 1970: its schedule counts from then. */
  readonly since: number;
  /** Another one after each change, and for each stage. */
  readonly revision: number;
}

/** A stage as it stands for a connection. */
export interface PlacedStage extends LiveStagePlan {
  readonly of: 'listener' | 'connection';
}

/** What became of a stage of one connection. `full`: it has as many as it can have. */
export type StageOutcome =
  | { readonly done: 'added' | 'changed' | 'removed'; readonly kind: StagePlan['kind'] }
  | { readonly done: 'no-connection' | 'no-stage' | 'full'; readonly kind: null };

/**
 * Stages put, changed and taken away while connections live. They stand behind those of the configuration, in the order
 * in which they were put; those of a connection behind those of its listener. A stage that goes lets everything pass that
 * it holds, in order; no byte is lost, and FIN and RST keep their place.
 *
 * Those of a listener stand in all of its connections on every shard, new ones too, and stay through reloads and restarts
 * of shards; they go with the listener. Each call resolves when all shards that answer have made the change. Rejects with a
 * SluiceError STAGE_TARGET_UNKNOWN where there is no such listener or connection, STAGE_REFUSED where the stage cannot be
 * put; then nothing has changed.
 */
export interface StageControl {
  /** Those of a target that were put at run time, in their order. */
  list(target: StageTarget): Promise<readonly NamedStage[]>;
  /**
   * Puts a stage behind the others, or in the place of the one of this name. One of the same kind goes on with the new
   * parameters where it can: what it has counted and holds stays.
   */
  put(target: StageTarget, name: string, stage: StagePlan): Promise<'added' | 'changed'>;
  /** Takes a stage away; false where there is none of this name. */
  remove(target: StageTarget, name: string): Promise<boolean>;
  /** Makes these, in this order, all that a listener has at run time, in one step. Names are unique. */
  replace(listener: string, stages: readonly NamedStage[]): Promise<void>;
}
