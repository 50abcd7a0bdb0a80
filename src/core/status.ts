import type { StateName } from './state.ts';

/** A service as it stands, for people and probes; plain data. */
export interface ServiceStatus {
  /** `starting` until every listener is bound and the first round of probes is over; `draining` from the first signal. */
  readonly phase: 'starting' | 'ready' | 'draining' | 'stopped';
  /** Wall time of the start, milliseconds since 1970. */
  readonly started: number;
  /** Live connection actors, in all. */
  readonly connections: number;
  readonly listeners: readonly ListenerStatus[];
  readonly pools: readonly PoolStatus[];
  /** Facts dropped because telemetry did not keep up. */
  readonly factsDropped: number;
}

export interface ListenerStatus {
  readonly name: string;
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
  readonly backends: readonly BackendStatus[];
}

export interface BackendStatus {
  readonly name: string;
  readonly address: string;
  readonly health: 'unknown' | 'healthy' | 'unhealthy';
  readonly weight: number;
  readonly active: number;
  readonly connecting: number;
}

/** What the admin server asks of the service. */
export interface StatusSource {
  status(): ServiceStatus;
}
