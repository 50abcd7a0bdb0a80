import type { CircuitState } from './circuits.ts';
import type { ConnectionId } from './connection-id.ts';
import type { ConnectionView } from './connection-view.ts';
import type { PlanDiff } from './plan-diff.ts';
import type { StateName } from './state.ts';

/** A service as it stands, for people and probes; plain data. */
export interface ServiceStatus {
  /** `starting` until every listener is bound and the first round of probes is over; `draining` from the first signal. */
  readonly phase: 'starting' | 'ready' | 'draining' | 'stopped';
  /** Wall time of the start, milliseconds since 1970. */
  readonly started: number;
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

export interface ListenerStatus {
  readonly name: string;
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
  readonly weight: number;
  readonly active: number;
  readonly connecting: number;
}

/** What the admin server asks of the service. */
export interface StatusSource {
  status(): ServiceStatus;
  /** What is to be told of a live connection; null where there is none of this id. Never rejects. */
  connection(id: ConnectionId): Promise<ConnectionView | null>;
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
