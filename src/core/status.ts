import type { AdminEvent, EventsWatch } from './admin-event.ts';
import type { PoolHistory } from './backend-history.ts';
import type { BackendChange, BackendOverride } from './backend-override.ts';
import type { CaptureControl, CaptureRequest } from './capture-control.ts';
import type { CircuitState } from './circuits.ts';
import type { ConnectionId } from './connection-id.ts';
import type { ConnectionPage, ConnectionQuery } from './connection-query.ts';
import type { ConnectionView } from './connection-view.ts';
import type { Inspecting, InspectTarget, TakeSteps } from './inspection.ts';
import type { MachineCounts } from './machine-counts.ts';
import type { PlanDiff } from './plan-diff.ts';
import type { StageControl, StageTarget } from './stage-control.ts';
import type { StagePlan } from './stage-plan.ts';
import type { StateName } from './state.ts';

/** A service as it stands, for people and probes; plain data. */
export interface ServiceStatus {
  /** `starting` until every listener is bound and the first round of probes is over; `draining` from the first signal. */
  readonly phase: 'starting' | 'ready' | 'draining' | 'stopped';
  /** Wall time of the start, milliseconds since 1970. */
  readonly started: number;
  /** When it stood so, by the clock of the service; milliseconds since 1970. */
  readonly at: number;
  /** Live connection actors, in all. */
  readonly connections: number;
  /** Version of the plan in force; grows with each reload. */
  readonly planVersion: number;
  readonly shards: readonly ShardStatus[];
  readonly listeners: readonly ListenerStatus[];
  readonly pools: readonly PoolStatus[];
  /** Facts dropped because telemetry did not keep up. */
  readonly factsDropped: number;
}

export interface ShardStatus {
  readonly number: number;
  /** Times it was started again. */
  readonly generation: number;
  readonly plane: string;
  /** As the chart of the shard's supervisor calls it. */
  readonly state: string;
  /** The plan its new connections get. */
  readonly planVersion: number;
  readonly connections: number;
  /** Facts it dropped. */
  readonly factsDropped: number;
}

/**
 * Whether a listener takes connections. `draining`: no new ones, for it was drained or taken away, or the service stops; `drained`:
 * and it has none any more.
 */
export const LISTENER_STATES = ['accepting', 'draining', 'drained'] as const;
export type ListenerState = (typeof LISTENER_STATES)[number];

export interface ListenerStatus {
  readonly name: string;
  readonly state: ListenerState;
  /** A reload has taken it away; its last connections are let finish. */
  readonly retired: boolean;
  /** Where it is bound. */
  readonly address: string;
  readonly plane: string;
  /** Connections by state, now. */
  readonly connections: Readonly<Record<StateName, number>>;
  readonly accepted: number;
  /** Connections ended, by reason; reasons that never occurred are left out. */
  readonly closed: Readonly<Record<string, number>>;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

export interface PoolStatus {
  readonly name: string;
  readonly balance: string;
  /** Connections that wait for a place at one of its backends. */
  readonly waiting: number;
  readonly backends: readonly BackendStatus[];
}

export interface BackendStatus {
  readonly name: string;
  readonly address: string;
  readonly health: 'unknown' | 'healthy' | 'unhealthy';
  /** `open`: ejected for what happened to connections. `half-open`: back, and on trial. */
  readonly circuit: CircuitState;
  /** How much longer it is ejected for; 0 where it is not. */
  readonly ejectionLeftMs: number;
  /** By which it is picked, after all that was said at run time; 0 = no new connections. */
  readonly weight: number;
  /** Of the configuration. */
  readonly configuredWeight: number;
  /** What holds in the place of the configuration, since when and by whom; null = nothing. */
  readonly override: BackendOverride | null;
  readonly active: number;
  readonly connecting: number;
}

/** Stages at run time, and how one is read that is written as in a configuration. */
export interface StageSource extends StageControl {
  /** The stage that an item of `stages` means, for a target. Throws a SluiceError CONFIG_INVALID with a line for each mistake. */
  read(item: unknown, target: StageTarget, name: string): StagePlan;
}

/** Captures on demand, and how one is asked for in JSON. */
export interface CaptureSource extends CaptureControl {
  /** Throws a SluiceError CONFIG_INVALID with a line for each mistake. */
  read(item: unknown): CaptureRequest;
}

/** What the admin server asks of the service. */
export interface StatusSource {
  readonly stages: StageSource;
  readonly captures: CaptureSource;
  status(): ServiceStatus;
  /** What is to be told of a live connection; null where there is none of this id. Never rejects. */
  connection(id: ConnectionId): Promise<ConnectionView | null>;
  /** The first live connections that a query means, of all shards that answer. Never rejects. */
  list(query: ConnectionQuery): Promise<ConnectionPage>;
  /** Ends these connections: what was read is delivered, then RST. How many of them there were. Never rejects. */
  kill(connections: readonly ConnectionId[]): Promise<number>;
  /**
   * Changes what holds of a backend at run time, and keeps it over reloads. `by` says who wants it. null where there is no such
   * backend in use. Throws a SluiceError where it cannot.
   */
  override(pool: string, backend: string, change: BackendChange, by: string): BackendStatus | null;
  /**
   * Has a listener accept nobody until it is resumed, or accept again; connections live on. Kept over reloads. null where there is
   * none of this name in use. Rejects with a SluiceError, and changes nothing, where it cannot be bound again, and with
   * LISTENER_DISABLED where Toxiproxy's API has disabled it.
   */
  drainListener(listener: string, isDrained: boolean): Promise<ListenerStatus | null>;
  /** What has changed of a pool's backends; null where there is no such pool in use. */
  history(pool: string): PoolHistory | null;
  /** How many actors are in each state of each chart, by the chart's name. */
  counts(): Readonly<Record<string, MachineCounts>>;
  /** The same of the connections of one listener; null where there is none of this name, nor any connection of one. */
  listenerCounts(listener: string): MachineCounts | null;
  /**
   * `take` gets every event from now on, in batches, until the watch is left; it must not throw. `entered` events are told only while
   * somebody wants the detail. `after` is the id of the event that the watcher has seen last; null = it has seen none, NaN = one
   * that nobody knows.
   */
  events(
    take: (events: readonly AdminEvent[]) => void,
    wantsDetail: boolean,
    after: number | null,
  ): EventsWatch;
  /**
   * Tells of actors from now on, each as it stands and then what becomes of it, until they have ended or the inspection is.
   * An actor that nobody inspects pays nothing. Never rejects.
   */
  inspect(target: InspectTarget, take: TakeSteps): Promise<Inspecting>;
  /** The text of the configuration in force; null where it was made of none. */
  configText(): string | null;
  /** Checks a configuration and puts nothing in force; its warnings. Throws CONFIG_INVALID. */
  validate(text: string): readonly string[];
  /** Begins to stop the service: nobody is accepted any more, connections may finish for the drain time. Idempotent. */
  drain(): void;
  /**
   * Puts a configuration (YAML text) in force, as a reload does. Rejects with a SluiceError, and changes nothing, where it
   * is wrong. Absent: this service cannot be reloaded.
   */
  reload?(text: string): Promise<ReloadResult>;
}

/** What a reload has done. */
export interface ReloadResult {
  readonly version: number;
  readonly diff: PlanDiff;
  readonly warnings: readonly string[];
}
