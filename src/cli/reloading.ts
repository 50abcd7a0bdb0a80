import { isDeepStrictEqual } from 'node:util';
import type { Loaded } from '../config/index.ts';
import type { Plan } from '../core/plan.ts';

/** The signal that makes a service read its file again. */
export const RELOAD_SIGNAL = 'SIGHUP';

/** What reloading touches of the process. */
export interface ReloadHost {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  /** Whether a SIGHUP has come already. */
  hasHungUp(): boolean;
}

/** What reloading needs of the service. Both tell the log how it went. */
export interface Reloadable {
  /** Rejects where the plan cannot be put in force; then the old one still is, and the log says why. */
  reload(plan: Plan, text: string | null): Promise<unknown>;
  reloadFailed(error: unknown): void;
}

export interface ReloaderOptions {
  readonly host: ReloadHost;
  /** The plan the service is started with. */
  readonly plan: Plan;
  /** The files of certificates and keys it was made of. */
  readonly files: readonly string[];
  /** Reads the file again; throws where it is wrong. */
  readonly load: () => Loaded;
  /** Whether a signal to stop has come; nothing is reloaded from then on. */
  readonly isStopping: () => boolean;
  /** Called with what is odd about a file that is about to be put in force. */
  readonly warn: (warnings: readonly string[]) => void;
}

/**
 * Reads the file again on SIGHUP, or when `look` is called, and puts it in force. One reload at a time: what comes while
 * one runs leads to one more when it is over. Nothing that goes wrong here ends the process.
 * Create it before the service is started: a SIGHUP during the start is obeyed after it. When the service is being stopped
 * SIGHUP is ignored; it never ends the process, as Node.js would have it.
 */
export class Reloader {
  readonly #options: ReloaderOptions;
  /** The last plan of the file that was put in force. */
  #loaded: Plan;
  #files: readonly string[];
  #service: Reloadable | null = null;
  #wanted: 'nothing' | 'what changed' | 'all' = 'nothing';
  #isRunning = false;

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.#loaded = options.plan;
    this.#files = options.files;
    if (options.host.hasHungUp()) this.#wanted = 'all';
    options.host.on(RELOAD_SIGNAL, () => this.#want('all'));
  }

  /** The files of certificates and keys that the file named when it was last read without a mistake. */
  get files(): readonly string[] {
    return this.#files;
  }

  /** The service runs. Obeys a SIGHUP that has come before. */
  begin(service: Reloadable): void {
    this.#service = service;
    void this.#run(service);
  }

  /** The file may have changed: reads it, and reloads where it means something else than what was loaded last. */
  look(): void {
    if (this.#wanted === 'nothing') this.#want('what changed');
  }

  #want(what: 'what changed' | 'all'): void {
    this.#wanted = what;
    if (this.#service !== null) void this.#run(this.#service);
  }

  async #run(service: Reloadable): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#wanted !== 'nothing' && !this.#options.isStopping()) {
      const isForced = this.#wanted === 'all';
      this.#wanted = 'nothing';
      await this.#reload(service, isForced);
    }
    this.#isRunning = false;
  }

  async #reload(service: Reloadable, isForced: boolean): Promise<void> {
    const { load, warn } = this.#options;
    let loaded: Loaded;
    try {
      loaded = load();
    } catch (error) {
      service.reloadFailed(error);
      return;
    }
    this.#files = loaded.files;
    if (!isForced && isDeepStrictEqual(loaded.plan, this.#loaded)) return;
    warn(loaded.warnings);
    const isInForce = await service.reload(loaded.plan, loaded.text).then(
      () => true,
      () => false,
    );
    if (isInForce) this.#loaded = loaded.plan;
  }
}
