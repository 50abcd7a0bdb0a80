import type { ConnectionId } from '../core/connection-id.ts';
import {
  CONNECTION_STAGES_MAX,
  type LiveStagePlan,
  type PlacedStage,
  type StageOutcome,
} from '../core/stage-control.ts';

const NONE: readonly never[] = [];

/** Whose stages are asked for. */
interface Staged {
  readonly id: ConnectionId;
  readonly listener: { readonly name: string };
}

/** The stages that were put at run time into the connections of a shard: by listener, and by connection. */
export class LiveStages {
  readonly #ofListeners = new Map<string, readonly PlacedStage[]>();
  readonly #ofConnections = new Map<ConnectionId, readonly PlacedStage[]>();

  /** Those of a connection, its listener's first. */
  of({ id, listener }: Staged): readonly PlacedStage[] {
    const own = this.#ofConnections.get(id) ?? NONE;
    const common = this.#ofListeners.get(listener.name) ?? NONE;
    if (own.length === 0) return common;
    return common.length === 0 ? own : [...common, ...own];
  }

  /** These are all that a listener has. */
  setListener(name: string, stages: readonly LiveStagePlan[]): void {
    if (stages.length === 0) this.#ofListeners.delete(name);
    else
      this.#ofListeners.set(
        name,
        stages.map((stage) => ({ ...stage, of: 'listener' })),
      );
  }

  /** Puts a stage into a connection that lives, or takes it away (null). */
  setConnection(id: ConnectionId, name: string, stage: LiveStagePlan | null): StageOutcome {
    const before = this.#ofConnections.get(id) ?? NONE;
    const at = before.findIndex((other) => other.name === name);
    const was = before[at];
    if (stage === null) {
      if (was === undefined) return { done: 'no-stage', kind: null };
      this.#keep(
        id,
        before.filter((other) => other !== was),
      );
      return { done: 'removed', kind: was.stage.kind };
    }
    const placed: PlacedStage = { ...stage, of: 'connection' };
    const { kind } = stage.stage;
    if (was !== undefined) {
      this.#keep(id, before.with(at, placed));
      return { done: 'changed', kind };
    }
    if (before.length >= CONNECTION_STAGES_MAX) return { done: 'full', kind: null };
    this.#keep(id, [...before, placed]);
    return { done: 'added', kind };
  }

  /** A connection has ended, and its own stages with it. */
  ended(id: ConnectionId): void {
    if (this.#ofConnections.size > 0) this.#ofConnections.delete(id);
  }

  #keep(id: ConnectionId, stages: readonly PlacedStage[]): void {
    if (stages.length === 0) this.#ofConnections.delete(id);
    else this.#ofConnections.set(id, stages);
  }
}
