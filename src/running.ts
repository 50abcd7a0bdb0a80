import type { Reloaded } from './control/index.ts';
import type { Plan } from './core/plan.ts';
import type { Plane } from './core/ports.ts';
import type { StageControl } from './core/stage-control.ts';
import type { ServiceStatus } from './core/status.ts';

/** A proxy that is running. Whoever started it ends it with `drain`. */
export interface Service {
  /** The plan in force: another one after each reload. */
  readonly plan: Plan;
  /** Listener name to the address it is bound to. */
  readonly listeners: Readonly<Record<string, string>>;
  /** What is served for people: `admin`, `metrics` to URL. */
  readonly urls: Readonly<Record<string, string>>;
  /** Stages that come and go while connections live. */
  readonly stages: StageControl;
  status(): ServiceStatus;
  /**
   * Puts another plan in force, as `parseConfig` or `loadConfig` compile it; one reload after another. Listeners that stay
   * keep their sockets, those that are taken away drain, and connections keep the plan they began with. Rejects with a
   * SluiceError, and changes nothing, where it cannot: LISTEN_FAILED, CONFIG_INVALID, RELOAD_REFUSED, SHARD_FAILED.
   * `text` is what the plan was made of, for people to read; absent or null: it was made of none.
   */
  reload(plan: Plan, text?: string | null): Promise<Reloaded>;
  /** Tells the log that a new configuration could not even be read. */
  reloadFailed(error: unknown): void;
  /**
   * Stops accepting, waits for connections until the plan's drain time has passed, cuts the rest, closes everything.
   * `signal` is told in the log. A second call waits for the first.
   */
  drain(signal: string | null): Promise<{ readonly cut: number }>;
  /** Resolves when a drain is over, whoever began it, and rejects where that has failed. */
  readonly stopped: Promise<unknown>;
  /** Cuts what is left at once, without waiting for delivery. Has its effect in a drain, also one that comes later. */
  cut(): void;
}

export interface ServiceOptions {
  /** The plane of the main thread, where `workers: 0` has its shard and probes are made. Default: a new net plane. The service closes it either way. */
  readonly plane?: Plane;
  /** The code that shards' threads run. Default: Sluice's own. */
  readonly shardEntry?: URL;
  /** The configuration that the plan was made of, for people to read. Absent or null: it was made of none. */
  readonly text?: string | null;
}
