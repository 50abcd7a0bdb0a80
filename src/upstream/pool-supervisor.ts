import { type ActorRefFrom, createActor } from 'xstate';
import type { BalancerInput, balancerMachine } from '../../machines/balancer.ts';
import { CRASHES_COUNTED_MAX, restartDelayMs } from '../../machines/health-checker.ts';
import type { Cancellable, Timers } from '../core/ports.ts';
import { ActorClock } from './actor-clock.ts';

export type BalancerLogic = typeof balancerMachine;
export type BalancerActor = ActorRefFrom<BalancerLogic>;

export interface PoolSupervisorOptions {
  readonly logic: BalancerLogic;
  readonly timers: Timers;
  /** What a balancer begins with, asked at each start. */
  readonly input: () => BalancerInput;
  /** Told of each balancer that is made; the function it returns, of its end. */
  readonly entered: (actor: BalancerActor) => () => void;
  /** The balancer threw; what its children held must be given back. A new one starts after a wait. */
  readonly crashed: (error: unknown) => void;
}

/** Keeps the balancer actor of one pool alive: the root of its tree, on the plane's clock, so that nothing escapes it. */
export class PoolSupervisor {
  /** The first round of probes is over, or `stop` came. Never rejects. */
  readonly ready: Promise<void>;
  readonly #options: PoolSupervisorOptions;
  readonly #clock: ActorClock;
  #becomeReady: () => void = () => {};
  #actor: BalancerActor;
  #leave: () => void = () => {};
  #crashes = 0;
  #restart: Cancellable | null = null;
  #stopped = false;

  constructor(options: PoolSupervisorOptions) {
    this.#options = options;
    this.#clock = new ActorClock(options.timers);
    this.ready = new Promise((resolve) => {
      this.#becomeReady = resolve;
    });
    this.#actor = this.#create();
  }

  /** The balancer that runs now; after a crash the crashed one until the next has started. */
  get actor(): BalancerActor {
    return this.#actor;
  }

  start(): void {
    this.#actor.start();
  }

  stop(): void {
    this.#stopped = true;
    this.#restart?.cancel();
    if (this.#actor.getSnapshot().status === 'active') this.#actor.send({ type: 'stop' });
    this.#clock.cancelAll();
    this.#leave();
    this.#becomeReady();
  }

  #create(): BalancerActor {
    const { logic, input } = this.#options;
    const actor = createActor(logic, { input: input(), clock: this.#clock });
    this.#leave = this.#options.entered(actor);
    actor.subscribe({
      next: (snapshot) => {
        if (snapshot.matches('serving')) this.#becomeReady();
      },
      error: (error) => this.#recover(error),
    });
    return actor;
  }

  #recover(error: unknown): void {
    this.#clock.cancelAll();
    this.#leave();
    this.#options.crashed(error);
    if (this.#stopped) return;
    this.#crashes = Math.min(this.#crashes + 1, CRASHES_COUNTED_MAX);
    this.#restart = this.#options.timers.after(restartDelayMs(this.#crashes), () => {
      this.#actor = this.#create();
      this.#actor.start();
    });
  }
}
