import type { SchedulerLike } from 'rxjs';
import type { Admission, Turns } from '../core/admission.ts';
import type { Buckets } from '../core/bucket.ts';
import type { Counters } from '../core/counters.ts';
import type { FactSink } from '../core/facts.ts';
import type { Plan } from '../core/plan.ts';
import type { PoolPlaces } from '../core/pool-places.ts';
import type { Plane } from '../core/ports.ts';
import type { TlsSessions } from '../core/tls.ts';
import type { Upstreams } from '../core/upstreams.ts';
import type { AddressBook } from '../names/index.ts';
import type { CompiledRoutes } from '../route/index.ts';
import type { CompiledSniffers } from '../sniff/index.ts';
import type { AffectedConnections } from '../stream/index.ts';
import type { CertificateNames } from './certificate-names.ts';
import type { LimitReports } from './limit-reports.ts';
import type { LiveStages } from './live-stages.ts';
import type { Mirrors } from './mirrors.ts';
import type { PoolQueues } from './pool-queues.ts';
import type { Preconnects } from './preconnects.ts';
import type { TraceIds } from './trace-ids.ts';
import type { WaitingRoom } from './waiting-room.ts';

/** What all connections of one shard share, whatever plan they live under. */
export interface ShardCommons {
  readonly plane: Plane;
  readonly tls: TlsSessions;
  /** Time for stages, on the plane's clock. */
  readonly scheduler: SchedulerLike;
  readonly admission: Admission;
  readonly turns: Turns;
  readonly waitingRoom: WaitingRoom;
  /** Where backends are that have a name for an address. */
  readonly names: AddressBook;
  /** What is counted of pools, over all shards. */
  readonly poolPlaces: PoolPlaces;
  /** Who waits for a backend. */
  readonly poolQueues: PoolQueues;
  /** Connections to backends that no client has yet. */
  readonly preconnects: Preconnects;
  readonly limitReports: LimitReports;
  readonly mirrors: Mirrors;
  /** Stages that were put at run time. */
  readonly liveStages: LiveStages;
  /** Rate limits that connections share, also those of other shards. */
  readonly buckets: Buckets;
  /** Connections in which stages make faults now. */
  readonly affected: AffectedConnections;
  readonly counters: Counters;
  /** What it is given of an end is lent until it returns: the next end is told in the same object. */
  readonly emit: FactSink;
  readonly traceIds: TraceIds;
  /** What the shard and control tell each other; see `SHARD_WORDS`. */
  readonly words: Int32Array;
  /** Descriptors in use for endpoints and dials, by all shards of the process. */
  readonly descriptors: () => number;
  /** The plan of new connections; null before there is one. */
  readonly current: () => Plan | null;
}

/** All that the connections of one shard share that live under the same plan. A connection keeps its own to its end. */
export interface ShardContext extends ShardCommons {
  readonly plan: Plan;
  /** When it was made for the shard, on the plane's clock. */
  readonly startedAt: number;
  readonly upstreams: Upstreams;
  /** By index of the listener. */
  readonly routes: readonly CompiledRoutes[];
  /** By index of the listener; null where it terminates no TLS. */
  readonly certificates: readonly (CertificateNames | null)[];
  /** What clients are recognised by: all protocols, and the rules of the plan. */
  readonly sniffers: CompiledSniffers;
}
