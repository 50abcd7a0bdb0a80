import type { ConnectionId } from './connection-id.ts';
import type { PulseAnswer } from './connection-pulse.ts';
import type { CountersLayout } from './counters.ts';
import type { FactQueue } from './fact-queue.ts';
import type { NameKind, NameStatus } from './names.ts';
import type { Plan } from './plan.ts';
import type { PlanDiff } from './plan-diff.ts';
import type { StagePlan } from './stage-plan.ts';
import type { UpstreamTable } from './upstream-table.ts';

/** What control shows to whoever watches it (telemetry): read-only but for subscribing to facts. */
export interface Watched {
  /** The plan in force: another object after each reload. Indexes in facts are right in every later plan. */
  readonly plan: () => Plan;
  readonly facts: FactQueue;
  readonly layout: CountersLayout;
  /** The counters regions of all shards; a metric is the sum over them. */
  readonly counters: () => readonly Float64Array[];
  readonly upstreams: UpstreamTable;
  /** How these connections stand, in their order: at most PULSES_MAX of them. Never rejects, and answers in bounded time. */
  readonly pulses: (connections: readonly ConnectionId[]) => Promise<readonly PulseAnswer[]>;
  /** How the names of backends stand. */
  readonly names: () => readonly NameStatus[];
  /** Version of this package. */
  readonly version: string;
}

/** Things that happen to the service as a whole. */
export type ServiceEvent =
  | {
      readonly event: 'ready';
      readonly listeners: Record<string, string>;
      readonly urls: Record<string, string>;
    }
  | {
      readonly event: 'draining';
      readonly connections: number;
      readonly timeoutMs: number;
      readonly signal: string | null;
    }
  | { readonly event: 'drained'; readonly cut: number; readonly durationMs: number }
  /** Another plan is in force in all shards. */
  | {
      readonly event: 'reloaded';
      readonly version: number;
      readonly diff: PlanDiff;
      readonly durationMs: number;
    }
  /** A new configuration was refused; nothing has changed. */
  | { readonly event: 'reload.failed'; readonly message: string }
  /** SRV records have brought other backends, which are in force in all shards. */
  | { readonly event: 'backends.changed'; readonly version: number; readonly diff: PlanDiff }
  /** A name stands for something else than before, or is resolved again. */
  | {
      readonly event: 'name.resolved';
      readonly kind: NameKind;
      readonly name: string;
      /** Addresses, or `target:port` of a service. */
      readonly values: readonly string[];
      readonly ttlMs: number;
    }
  /** A name could not be resolved, for another reason than before. */
  | {
      readonly event: 'name.unresolved';
      readonly kind: NameKind;
      readonly name: string;
      readonly cause: string;
      /** What it was known to stand for, which is used on; empty where it never was resolved. */
      readonly kept: readonly string[];
      /** Milliseconds since that was confirmed; null where it never was. */
      readonly ageMs: number | null;
    }
  /** A shard has died; its connections are reported as closed for `shard-failed`. */
  | {
      readonly event: 'shard.failed';
      readonly shard: number;
      readonly generation: number;
      readonly cause: ShardFailure;
      readonly message: string;
      readonly connections: number;
    }
  /** Another one serves in its place. */
  | {
      readonly event: 'shard.restarted';
      readonly shard: number;
      readonly generation: number;
      readonly durationMs: number;
    }
  /** A stage was put at run time, given other parameters, or taken away; told once for all shards. */
  | {
      readonly event: 'stage.added' | 'stage.changed' | 'stage.removed';
      /** Whose connections it stands in; null for one of a single connection. */
      readonly listener: string | null;
      /** Twelve hex digits; null for one of a listener. */
      readonly connection: string | null;
      readonly name: string;
      readonly stage: StagePlan['kind'];
      /** Why it was taken away where nobody asked for it; else null. */
      readonly why: string | null;
    }
  /**
   * Somebody asked the admin server, or Toxiproxy's API, for a change. Method, path and detail are what the client sent, of
   * any characters.
   */
  | {
      readonly event: 'admin.write' | 'toxiproxy.write';
      readonly method: string;
      readonly path: string;
      readonly remote: string;
      /** Name of the token that was shown; null where none has to be, and where it was refused. */
      readonly token: string | null;
      /** What the body asked for, where that was JSON, in a bounded text; null where not. */
      readonly change: string | null;
      /** Of HTTP; below 300 where it was done. */
      readonly status: number;
      /** Why it was refused; null where it was not. */
      readonly detail: string | null;
    };

/** How a shard died: something was thrown that nothing caught, its thread ended, or it gave no sign of life. */
export type ShardFailure = 'threw' | 'exited' | 'hung';

/** A watcher that is running. `close` sends what waits and ends within 5 seconds. */
export interface Watcher {
  /** Called for each service event, before anything else happens. Must not throw. */
  event(event: ServiceEvent): void;
  /** Where this watcher serves something for people: name to URL. */
  readonly urls: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** How a watcher is started; rejects with a SluiceError where it cannot (its address is taken). */
export type StartWatcher = (watched: Watched) => Promise<Watcher>;
