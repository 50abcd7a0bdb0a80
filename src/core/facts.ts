import type { CloseReason } from './close-reason.ts';
import type { ConnectionId } from './connection-id.ts';
import type { Protocol } from './plan.ts';
import type { TcpInfo } from './ports.ts';
import type { StateName } from './state.ts';
import type { TlsFacts } from './tls.ts';

/**
 * What a shard tells control. Facts are plain data, made once and never changed; all times are wall-clock milliseconds
 * since 1970 with fractions. Whoever emits a fact neither waits nor learns what becomes of it.
 */
export type Fact =
  | OpenedFact
  | EnteredFact
  | TransitionFact
  | ClosedFact
  | LimitFact
  | HealthFact
  | AgentFact
  | EjectionFact
  | PreconnectFact
  | ErrorFact
  | StageFact;

export interface OpenedFact {
  readonly kind: 'opened';
  readonly at: number;
  readonly connection: ConnectionId;
  /** Index into `Plan.listeners`. */
  readonly listener: number;
  /** The client's address as text. */
  readonly client: string;
  /** The address the client connected to. */
  readonly local: string;
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits: the root span's, where partial spans of it may be made; null = nobody needs it yet. */
  readonly spanId: string | null;
  /** As in `ClosedFact`. */
  readonly parentSpanId: string | null;
  readonly sampled: boolean;
}

export interface EnteredFact {
  readonly kind: 'entered';
  readonly at: number;
  readonly connection: ConnectionId;
  readonly listener: number;
  readonly state: StateName;
}

/** The chart of a connection that somebody inspects has worked off an event, whether that changed anything or not. */
export interface TransitionFact {
  readonly kind: 'transition';
  readonly at: number;
  readonly connection: ConnectionId;
  readonly listener: number;
  /**
   * Counts those of this connection, so that a gap shows where some were dropped. 1 is its beginning; of a connection that is
   * inspected later the first one is 2.
   */
  readonly step: number;
  /** The event, as JSON. */
  readonly event: string;
  /** How it stands now, as JSON of an `ActorSnapshot`. */
  readonly snapshot: string;
}

/** A stay in one state. A state entered twice (a retried dial re-enters `dialing`) has one visit each time. */
export interface StateVisit {
  readonly state: StateName;
  readonly from: number;
  readonly to: number;
}

/** One attempt to reach a backend. */
export interface DialAttempt {
  readonly backend: number;
  readonly from: number;
  readonly to: number;
  /** '' where it connected; else ECONNREFUSED, `timeout`, `cancelled` … */
  readonly error: string;
}

/** All that is known of a connection, told once, when it has ended. The log line, spans and histograms are made of it. */
export interface ClosedFact {
  readonly kind: 'closed';
  readonly at: number;
  readonly connection: ConnectionId;
  readonly listener: number;
  /** The client's address: the one in its PROXY header, where it sent one that is taken. */
  readonly client: string;
  /** The address the client connected to; likewise. */
  readonly local: string;
  /** The address of the proxy that sent a PROXY header for the client; null where there was none. */
  readonly peer: string | null;
  /** What that header said, in printable texts by name; null where there was none. */
  readonly header: Readonly<Record<string, string>> | null;
  readonly opened: number;
  readonly reason: CloseReason;
  /** The state the connection was in when its end was decided; null where it died with its shard. */
  readonly during: StateName | null;
  readonly protocol: Protocol | null;
  readonly sni: string | null;
  /** The session with the client, where TLS was terminated here; null where not. */
  readonly clientTls: TlsFacts | null;
  /** The session with the backend; null where it was spoken to in the clear. */
  readonly backendTls: TlsFacts | null;
  /**
   * How the peer of `client-reset` or `backend-reset` was lost, as `EndpointObserver.reset` told it: ECONNRESET and EPIPE where
   * it reset, ETIMEDOUT, EHOSTUNREACH … where its network lost it, `ERR_SSL_…` where what it sent was no TLS. null for every
   * other reason.
   */
  readonly error: string | null;
  /** What was wrong with a PROXY header or a handshake of the client's; null where nothing was. */
  readonly refusal: string | null;
  /** Name of the route, null where none was found. */
  readonly route: string | null;
  /** Index into `Plan.pools`, -1 where none was chosen. */
  readonly pool: number;
  /** Row in `Plan.backends`, -1 where none was connected. */
  readonly backend: number;
  readonly attempts: readonly DialAttempt[];
  /** Milliseconds in which it waited for a place at a backend of its pool; 0 = it did not. */
  readonly queueMs: number;
  /** Accepted by the backend's socket, and by the client's. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Read but not accepted by the far socket when the connection ended; 0 after a clean end. */
  readonly undeliveredUp: number;
  readonly undeliveredDown: number;
  /** Milliseconds from the connection being relayed to the first byte of the backend; -1 = none came. */
  readonly firstByteMs: number;
  /** Milliseconds in which a direction was paused for want of credit. */
  readonly pausedUpMs: number;
  readonly pausedDownMs: number;
  /** What the kernel knew of each leg at its end; null where the plane cannot tell or there was no such leg. */
  readonly clientTcp: TcpInfo | null;
  readonly backendTcp: TcpInfo | null;
  /** In order of time, without `closed`, which lasts no time. */
  readonly visits: readonly StateVisit[];
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits: the root span's, where it was told to the backend; null = whoever makes the span chooses. */
  readonly spanId: string | null;
  /** 16 hex digits: the span of the proxy in front, told in its PROXY header; null where there is none. */
  readonly parentSpanId: string | null;
  readonly sampled: boolean;
}

export const LIMIT_KINDS = [
  'connections',
  'connections_per_ip',
  'accept_rate',
  'process',
  'waiting',
  'descriptors',
  'ports',
] as const;
export type LimitKind = (typeof LIMIT_KINDS)[number];

/** A limit turned connections away or made them wait. Told at most once a second for each listener and kind. */
export interface LimitFact {
  readonly kind: 'limit';
  readonly at: number;
  readonly listener: number;
  readonly limit: LimitKind;
  /** How many since the last fact of this listener and kind. */
  readonly count: number;
}

/** A backend's health changed. Exactly one for each change. */
export interface HealthFact {
  readonly kind: 'health';
  readonly at: number;
  readonly pool: number;
  readonly backend: number;
  readonly healthy: boolean;
  /** What the deciding probe found: `connected in 3 ms`, `ECONNREFUSED`, `expected +PONG, got "-LOADING …"`. */
  readonly cause: string;
}

/** The agent of a backend wants something else than before of its weight, its state or its limit. Exactly one for each change. */
export interface AgentFact {
  readonly kind: 'agent';
  readonly at: number;
  readonly pool: number;
  readonly backend: number;
  /** All that it wants now, in the words of the protocol: `75% ready maxconn:30`. */
  readonly said: string;
}

/** `withheld`: it would have been ejected, but its pool cannot spare it. */
export const EJECTION_CHANGES = ['ejected', 'returned', 'withheld'] as const;
export type EjectionChange = (typeof EJECTION_CHANGES)[number];

/** A backend was ejected for what happened to connections, or came back. Exactly one for each change. */
export interface EjectionFact {
  readonly kind: 'ejection';
  readonly at: number;
  readonly pool: number;
  readonly backend: number;
  readonly change: EjectionChange;
  /** `5 in a row: refused`, `its time has passed`, `a probe has passed` … */
  readonly cause: string;
  /** How long it is ejected for, or was; 0 where it is withheld. In milliseconds. */
  readonly ms: number;
}

/** A backend speaks first, so that one shard makes no connections to it ahead for some time. */
export interface PreconnectFact {
  readonly kind: 'preconnect';
  readonly at: number;
  readonly pool: number;
  readonly backend: number;
  /** For how long, in milliseconds. */
  readonly ms: number;
}

/** A defect, or a failure outside any connection. */
export interface ErrorFact {
  readonly kind: 'error';
  readonly at: number;
  /** null where it belongs to no connection. */
  readonly connection: ConnectionId | null;
  /** 32 hex digits: the connection's; null where there is none. */
  readonly traceId: string | null;
  readonly message: string;
}

/** A stage stopped working and says why; the connection goes on without it. */
export interface StageFact {
  readonly kind: 'stage';
  readonly at: number;
  readonly connection: ConnectionId;
  /** 32 hex digits. */
  readonly traceId: string;
  readonly stage: string;
  readonly message: string;
}

/** Takes facts. Never throws, never waits. */
export type FactSink = (fact: Fact) => void;
