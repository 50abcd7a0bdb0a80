import type { NoteBackend } from '../core/backend-history.ts';
import type { BackendChange } from '../core/backend-override.ts';
import type { FactSink } from '../core/facts.ts';
import type { Plan } from '../core/plan.ts';
import type { Plane } from '../core/ports.ts';
import type { TlsSessions } from '../core/tls.ts';
import type { UpstreamTable } from '../core/upstream-table.ts';
import type { EnterActor } from './actor-book.ts';
import type { NamesKnown } from './names.ts';
import type { Overrides } from './overrides.ts';
import type { BalancerActor } from './pool-supervisor.ts';
import type { EndSessions } from './sessions.ts';

export interface UpstreamsOptions {
  /** The first plan. */
  readonly plan: Plan;
  /** Where probes are dialed; its timers are the clock of all actors. */
  readonly plane: Plane;
  /** By which probes speak TLS over that plane's endpoints. */
  readonly tls: TlsSessions;
  /** Written: weights by each plan; what agents say; health with each change. A health that is known at the start is kept. */
  readonly table: UpstreamTable;
  readonly emit: FactSink;
  /** Wall time in milliseconds since 1970, for facts. */
  readonly now: () => number;
  /** From 0 up to and without 1: what intervals are jittered by. */
  readonly random: () => number;
  /** What names stand for; absent = no backend has one. */
  readonly names?: NamesKnown;
  /** Ends sessions of a backend that went down, or in favour of one that came back. Absent: none are ended. */
  readonly endSessions?: EndSessions;
  /** Told of the actors that run, for whoever inspects one. Absent: nobody does. */
  readonly enterActor?: EnterActor;
  /** Hears of each change of a backend, those by operators too. Absent: nobody does. */
  readonly noted?: NoteBackend;
  /** Counts an ejection; `cause` is the position in FAILURE_KINDS. */
  readonly countEjection?: (row: number, cause: number) => void;
}

export interface RunningUpstreams {
  /** What operators have said of backends. */
  readonly overrides: Overrides;
  /**
   * Changes what holds of a backend at run time, and remembers it over every later plan. Under `maintenance` it is unhealthy and
   * not probed; when that ends nothing is known of its health, or it is healthy where nothing is probed. The other
   * backends of its pool keep their health. Returns false where the plan in use has no such backend. Throws a RangeError,
   * and changes nothing, where too many are remembered.
   */
  override(pool: string, backend: string, change: BackendChange, by: string): boolean;
  /**
   * The first round of probes is over: every backend that is probed has had a result, or could not be probed. Resolves
   * also where there is nothing to probe and where `stop` came first; never rejects.
   */
  readonly ready: Promise<void>;
  /** The supervisor of each pool, by the pool's index, null where a pool is retired; one that crashed is replaced in its place. */
  readonly actors: readonly (BalancerActor | null)[];
  /** The state of each circuit there is: a backend that has not failed of late has none. */
  readonly circuits: readonly string[];
  /**
   * Goes over to another plan. Before this returns the table has the weights and healths of `settleRows`, and what is
   * retired is no longer probed. A pool whose health check and backends are as before goes on undisturbed; any other gets
   * a new supervisor, which knows the health of the backends that stay. A pool that gains a health check begins with its
   * backends healthy, one that loses it ends with all of them healthy.
   *
   * Resolves when every backend of the new supervisors has had a result, as `ready` does, and also where a later `apply`
   * or `stop` ends the wait. After `stop` it does nothing. Rejects with a RangeError, and changes nothing, where the plan
   * names a row that it has not or that is not in the table.
   */
  apply(plan: Plan): Promise<void>;
  /**
   * Names stand for other addresses: backends that are not probed become healthy with the first, and those that are find
   * out by their next probe.
   */
  namesChanged(): void;
  /** Stops every supervisor, checker and probe. No fact and no change of the table comes afterwards. */
  stop(): void;
}
