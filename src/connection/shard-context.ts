import type { SchedulerLike } from 'rxjs';
import type { Counters } from '../core/counters.ts';
import type { FactSink } from '../core/facts.ts';
import type { Plan } from '../core/plan.ts';
import type { Plane } from '../core/ports.ts';
import type { Upstreams } from '../core/upstreams.ts';
import type { CompiledRoutes } from '../route/index.ts';
import type { Admission } from './admission.ts';
import type { LimitReports } from './limit-reports.ts';
import type { TraceIds } from './trace-ids.ts';
import type { WaitingRoom } from './waiting-room.ts';

/** All that the connections of one shard share. */
export interface ShardContext {
  readonly plan: Plan;
  readonly plane: Plane;
  /** Time for stages, on the plane's clock. */
  readonly scheduler: SchedulerLike;
  readonly upstreams: Upstreams;
  readonly admission: Admission;
  readonly waitingRoom: WaitingRoom;
  readonly limitReports: LimitReports;
  readonly counters: Counters;
  readonly emit: FactSink;
  readonly traceIds: TraceIds;
  /** By index of the listener. */
  readonly routes: readonly CompiledRoutes[];
}
