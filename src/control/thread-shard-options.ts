import type { InspectedConnections } from '../core/inspection.ts';
import type { NameAddresses } from '../core/names.ts';
import type { Plan } from '../core/plan.ts';
import type { SharedRegions } from '../core/regions.ts';
import type { LiveStagePlan } from '../core/stage-control.ts';
import type { ShardFailure } from '../core/watcher.ts';
import type { EnterActor } from '../upstream/index.ts';
import type { Bound } from './shard-host.ts';
import type { StartThread } from './thread.ts';
import type { ThreadShard } from './thread-shard.ts';

/** What a shard on a thread asks of the service it belongs to. */
export interface ThreadShardOptions {
  readonly number: number;
  readonly regions: SharedRegions;
  /** Of the process's monotonic clock, for the shard's plane. */
  readonly epoch: number;
  readonly startThread: StartThread;
  /** What a shard that is started again begins with. */
  current(): { readonly plan: Plan; readonly bound: Bound };
  /** The addresses of all names, for a shard that begins. */
  names(): NameAddresses;
  /** What each listener has at run time, for a shard that is started again. */
  stages(): ReadonlyMap<string, readonly LiveStagePlan[]>;
  /** Which connections are inspected, likewise. */
  inspected(): InspectedConnections;
  /** Told of the actor that supervises it. */
  readonly enterActor: EnterActor;
  /** It has taken a plan by itself and accepts on these addresses, some of which nobody knew before. */
  took(plan: Plan, bound: Bound): void;
  /** There are facts in its ring. */
  facts(): void;
  /** Wake another shard. */
  wake(shard: number): void;
  /** It is dead and its thread is gone: give back what it held. */
  dead(shard: ThreadShard, cause: ShardFailure | null, message: string): void;
  /** Another one serves in its place, so long after the death. */
  restarted(shard: ThreadShard, durationMs: number): void;
}
