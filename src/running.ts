import type { Reloaded } from './control/index.ts';
import type { Plan } from './core/plan.ts';
import type { ServiceStatus } from './core/status.ts';

/** A proxy that is running. Whoever started it ends it with `drain`. */
export interface Service {
  /** The plan in force: another one after each reload. */
  readonly plan: Plan;
  /** Listener name to the address it is bound to. */
  readonly listeners: Readonly<Record<string, string>>;
  /** What is served for people: `admin`, `metrics` to URL. */
  readonly urls: Readonly<Record<string, string>>;
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
