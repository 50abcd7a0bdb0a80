import type { DialAttempt, StateVisit } from './facts.ts';
import type { TcpInfo } from './ports.ts';
import type { Sniffed } from './sniffed.ts';
import type { StagePlan } from './stage-plan.ts';
import type { StateName } from './state.ts';
import type { TlsFacts } from './tls.ts';

/** A live connection as its shard sees it, made when somebody asks. Plain data; texts of peers are as they came. */
export interface ConnectionView {
  /** When this was told, as are all times: wall time of the service in milliseconds since 1970. */
  readonly at: number;
  /** Twelve hex digits. */
  readonly connection: string;
  readonly shard: number;
  readonly listener: string;
  readonly client: string;
  /** The proxy that sent a PROXY header for the client; null where there was none. */
  readonly peer: string | null;
  /** What that header said, in printable texts by name. */
  readonly header: Readonly<Record<string, string>> | null;
  readonly local: string;
  /** Wall time in milliseconds since 1970. */
  readonly opened: number;
  readonly state: StateName;
  /** Since when it is in this state. */
  readonly since: number;
  /** The states before. */
  readonly visits: readonly StateVisit[];
  readonly sniffed: Sniffed | null;
  readonly clientTls: TlsFacts | null;
  readonly backendTls: TlsFacts | null;
  readonly route: string | null;
  readonly pool: string | null;
  readonly backend: string | null;
  readonly attempts: readonly AttemptView[];
  /** Where it waits for a place at a backend; null where it does not. */
  readonly queue: QueueView | null;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Bytes a second since somebody looked at it last, half a second ago or more; the first time, since the accept. */
  readonly rateUp: number;
  readonly rateDown: number;
  /** Read and not accepted by the far socket. */
  readonly waitingUp: number;
  readonly waitingDown: number;
  readonly clientTcp: TcpInfo | null;
  readonly backendTcp: TcpInfo | null;
  readonly traceId: string;
  /** Its trace is recorded; where it is not, `telemetry.traces.also` may still keep it when it has ended. */
  readonly sampled: boolean;
  /** Where its trace can be looked at, by `admin.trace_url`; null where that is not set. */
  readonly traceUrl: string | null;
  /** What its bytes pass through, in order. */
  readonly stages: readonly StageView[];
  readonly why: Why;
}

/** An attempt to reach a backend. */
export interface AttemptView extends DialAttempt {
  /** The backend's name; null where its row has none. */
  readonly name: string | null;
}

/** A connection's place in the queue of its pool. */
export interface QueueView {
  /** Since when it waits, wall time in milliseconds. */
  readonly since: number;
  /** How many on its own shard come before it. */
  readonly ahead: number;
  /** How many wait for the pool, in all shards. */
  readonly waiting: number;
}

/** One stage of a connection. */
export interface StageView {
  /** What it was called when it was put at run time; null for one of the configuration. */
  readonly name: string | null;
  /** Where it comes from. */
  readonly of: 'config' | 'listener' | 'connection';
  readonly stage: StagePlan;
}

/** Why a connection goes where it goes, as its plan and what is known of it say; of backends, as they are now. */
export interface Why {
  readonly routes: readonly RouteVerdict[];
  /** Of the pool it goes to; empty before it has one. */
  readonly backends: readonly BackendVerdict[];
}

/** What a route makes of a connection; `src/route/explain.ts` says more. */
export interface RouteVerdict {
  readonly route: string;
  readonly verdict: 'yes' | 'no' | 'maybe';
  readonly outcome: 'taken' | 'passed' | 'waited-for' | 'not-reached' | 'left-out';
  readonly keys: readonly {
    readonly key: string;
    readonly wanted: readonly string[];
    readonly seen: readonly string[];
    readonly verdict: 'yes' | 'no' | 'maybe';
  }[];
}

export interface BackendVerdict {
  readonly backend: string;
  readonly weight: number;
  /** Connections and attempts under way, of all shards. */
  readonly load: number;
  readonly backup: boolean;
  /** This connection has failed on it. */
  readonly tried: boolean;
  readonly priority: number;
  /** Too few of its priority are healthy, so that its health is ignored. */
  readonly panic: boolean;
  /** Share of its weight that counts: 1, or less in a slow start. */
  readonly strength: number;
  /**
   * Why it gets no new connection; `ejected`: for what happened to connections, whatever probes say; `priority`: another priority
   * has backends that can be used. null: it may get one.
   */
  readonly passedOver: 'unhealthy' | 'ejected' | 'weight 0' | 'full' | 'rate' | 'priority' | null;
}
