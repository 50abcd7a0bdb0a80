import type { ConnectionId } from '../core/connection-id.ts';
import type { ConnectionPulse } from '../core/connection-pulse.ts';
import type { ConnectionPage, ConnectionQuery } from '../core/connection-query.ts';
import type { ConnectionView } from '../core/connection-view.ts';
import type { InspectedConnections, PresentConnection } from '../core/inspection.ts';
import type { SessionsEnd } from '../core/mail.ts';
import type { NameAddresses } from '../core/names.ts';
import type { Plan } from '../core/plan.ts';
import type { LiveStagePlan, StageOutcome } from '../core/stage-control.ts';

/** Listener name to the address it is bound to. */
export type Bound = Readonly<Record<string, string>>;

/** The addresses of a plan's listeners, without those that it has retired. */
export function ofLive(plan: Plan, bound: Bound): Bound {
  const names = plan.listeners.filter(({ retired }) => !retired).map(({ name }) => name);
  return Object.fromEntries(
    names.flatMap((name) => (bound[name] === undefined ? [] : [[name, bound[name]]])),
  );
}

/** One shard as control sees it, on the main thread or on one of its own. The steps of a plan are those of core/mail.ts. */
export interface ShardHost {
  readonly number: number;
  /** Times it was started again. */
  readonly generation: number;
  /** As the chart of its supervisor calls it. */
  readonly state: string;
  /** Resolves when it can be given its first plan; rejects with SHARD_FAILED where it cannot be started. */
  start(): Promise<void>;
  /** Resolves with the addresses it accepts on. Rejects with LISTEN_FAILED, or with ShardGone where it died meanwhile. */
  prepare(plan: Plan, bound: Bound): Promise<Bound>;
  /** Rejects with ShardGone where it died meanwhile. */
  commit(version: number): Promise<void>;
  /** Never rejects. */
  abort(version: number): Promise<void>;
  /** Its first plan is in force: from now on it is watched, and started again when it dies. Throws ShardGone where it has died. */
  serve(): void;
  /** Resolves when it runs, will never run again, or so many milliseconds have passed. Never rejects. */
  settled(ms: number): Promise<void>;
  /** Takes the plan in force where it has another; where it cannot it is started again. Never rejects. */
  catchUp(): Promise<void>;
  /** Never rejects. */
  stopAccepting(): Promise<void>;
  cut(): void;
  /** Resolves when it has no connection, or is gone. Call after `stopAccepting`. Never rejects. */
  empty(): Promise<void>;
  wake(): void;
  /** Names stand for other addresses; one that is not running is told when it starts. */
  tellNames(changes: NameAddresses): void;
  /** Ends at most so many of its connections that are relayed to a backend. */
  endSessions(backend: number, most: number, why: SessionsEnd): void;
  /** What is to be told of a connection of its; null where it has none of this id. Rejects with ShardGone. */
  view(connection: ConnectionId): Promise<ConnectionView | null>;
  /** How those of these connections stand that it has. Rejects with ShardGone. */
  pulses(connections: readonly ConnectionId[]): Promise<readonly ConnectionPulse[]>;
  /** The connections of its that a query means. Rejects with ShardGone. */
  list(query: ConnectionQuery): Promise<ConnectionPage>;
  /** Ends those of these connections that are its; how many there were. Rejects with ShardGone. */
  kill(connections: readonly ConnectionId[]): Promise<number>;
  /**
   * These are all the connections whose transitions are to be told, whatever shard they live in. Its own of them as they
   * stand; what is told comes after that. Rejects with ShardGone.
   */
  inspect(inspected: InspectedConnections): Promise<readonly PresentConnection[]>;
  /** These are all the stages that a listener has at run time. Resolves when its connections have them. Rejects with ShardGone. */
  setStages(listener: string, stages: readonly LiveStagePlan[]): Promise<void>;
  /** Puts a stage into a connection, or takes it away (null). Rejects with ShardGone. */
  setStage(connection: ConnectionId, name: string, stage: LiveStagePlan | null): Promise<StageOutcome>;
  /** Ends it for good, flushed; within a bounded time. Never rejects. */
  close(): Promise<void>;
}

/** The shard that was asked died before it answered; the next one begins with the plan that is in force then. */
export class ShardGone extends Error {
  override name = 'ShardGone';
}

/** For a rejection: nothing where the shard is gone, else the error goes on. */
export function ifGone(error: unknown): void {
  if (!(error instanceof ShardGone)) throw error;
}
