import type { Plan } from '../core/plan.ts';
import type { Service } from '../service.ts';

/** Signals that stop the service. */
export const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** The same where there is no file that SIGHUP could mean: a terminal that is closed ends what runs in it. */
export const STOP_SIGNALS_WITHOUT_FILE = [...STOP_SIGNALS, 'SIGHUP'] as const;

/** What a stop may take beyond the drain and the linger of its connections: telemetry sends what waits, files close. */
export const STOP_EXTRA_MS = 11_000;

/** From a second signal, or a defect, to the end of the process at the latest. */
export const CUT_MS_MAX = 1_000;

/** What stopping touches of the process. */
export interface StopHost {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  /**
   * Ends the process with this exit code, its threads with it, when `delayMs` have passed and it still lives. What is
   * returned calls that off.
   */
  endWithin(delayMs: number, exitCode: number): () => void;
}

export type Stoppable = Pick<Service, 'plan' | 'drain' | 'cut'> & Partial<Pick<Service, 'stopped'>>;

/**
 * Waits for signals. The first stops the service: it accepts no more and lets connections finish. The second cuts what is
 * left. Both are what an operator asked for and lead to exit code 0; a stop that hangs is ended with 1.
 * Create it before the service is started: a signal during the start stops the service once it runs, and ends a start that
 * hangs when a stop of `starting` would have had to be over.
 */
export class Stopper {
  readonly #host: StopHost;
  readonly #starting: Plan;
  readonly #signalNames: readonly NodeJS.Signals[];
  #signals = 0;
  #first: NodeJS.Signals | null = null;
  #service: Stoppable | null = null;
  #settle: (drained: Promise<unknown>) => void = () => {};
  #callOff: () => void = () => {};

  constructor(host: StopHost, starting: Plan, signals: readonly NodeJS.Signals[] = STOP_SIGNALS) {
    this.#host = host;
    this.#starting = starting;
    this.#signalNames = signals;
    for (const signal of signals) host.on(signal, this.#onSignal);
  }

  /** Whether a signal to stop has come. */
  get stopping(): boolean {
    return this.#signals > 0;
  }

  /** Resolves when the service was stopped, by a signal or by somebody else. */
  async until(service: Stoppable): Promise<void> {
    this.#service = service;
    const stopped = new Promise<void>((resolve, reject) => {
      this.#settle = (drained) => drained.then(() => resolve(), reject);
    });
    // Somebody else may stop it: the admin API.
    if (service.stopped !== undefined) this.#settle(service.stopped);
    if (this.#first !== null) this.#stop(service, this.#first);
    if (this.#signals > 1) service.cut();
    await stopped;
    this.close();
  }

  /** Stops listening for signals. */
  close(): void {
    for (const signal of this.#signalNames) this.#host.off(signal, this.#onSignal);
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.#signals++;
    if (this.#signals === 1) {
      this.#first = signal;
      if (this.#service !== null) this.#stop(this.#service, signal);
      else this.#callOff = this.#host.endWithin(stopMsMax(this.#starting), 1);
      return;
    }
    this.#host.endWithin(CUT_MS_MAX, 0);
    this.#service?.cut();
  };

  #stop(service: Stoppable, signal: NodeJS.Signals): void {
    this.#callOff();
    this.#host.endWithin(stopMsMax(service.plan), 1);
    this.#settle(service.drain(signal));
  }
}

/** How long a service of this plan may take from the signal to its end. */
function stopMsMax({ drainMs, listeners }: Plan): number {
  return drainMs + Math.max(0, ...listeners.map(({ timeouts }) => timeouts.lingerMs)) + STOP_EXTRA_MS;
}

/**
 * After a defect nothing can be relied on: the service is cut, so that peers see a reset and not a clean end, and the
 * process ends within a second with exit code 1 for its supervisor to start it again.
 */
export function stopAfterDefect(service: Stoppable | null, host: StopHost): void {
  host.endWithin(service === null ? 0 : CUT_MS_MAX, 1);
  if (service === null) return;
  const drained = service.drain(null);
  drained.then(
    () => host.endWithin(0, 1),
    () => host.endWithin(0, 1),
  );
  service.cut();
}
