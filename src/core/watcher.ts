import type { CountersLayout } from './counters.ts';
import type { FactQueue } from './fact-queue.ts';
import type { Plan } from './plan.ts';
import type { UpstreamTable } from './upstream-table.ts';

/** What control shows to whoever watches it (telemetry): read-only but for subscribing to facts. */
export interface Watched {
  readonly plan: Plan;
  readonly facts: FactQueue;
  readonly layout: CountersLayout;
  /** The counters regions of all shards; a metric is the sum over them. */
  readonly counters: () => readonly Float64Array[];
  readonly upstreams: UpstreamTable;
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
  | { readonly event: 'drained'; readonly cut: number; readonly durationMs: number };

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
