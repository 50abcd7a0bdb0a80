import { type Actor, createActor, fromCallback } from 'xstate';
import { CRASHES_COUNTED_MAX, restartDelayMs } from '../../machines/health-checker.ts';
import { type NameEvent, nameMachine } from '../../machines/name.ts';
import { textOf } from '../core/error-fact.ts';
import type { Lookup, NameAnswer, NameQuestion, ResolverPlan } from '../core/names.ts';
import type { Cancellable, Timers } from '../core/ports.ts';
import { ActorClock } from './actor-clock.ts';
import { leafOf } from './leaf-of.ts';
import { refreshMs, retryMs } from './name-waits.ts';

export interface WatchedNameOptions {
  readonly question: NameQuestion;
  readonly lookup: Lookup;
  readonly timers: Timers;
  /** From 0 up to and without 1. */
  readonly random: () => number;
  readonly bounds: () => ResolverPlan;
  /** Each answer; a crash of the asker is one that failed. */
  readonly answered: (answer: NameAnswer) => void;
  /** Told of each actor that is made; the function it returns, of its end. */
  readonly entered: (actor: Actor<NameLogic>) => () => void;
  /** The actor threw; another starts after a wait. */
  readonly crashed: (error: unknown) => void;
}

type NameLogic = typeof nameMachine;

/** One name and the actor that watches it: the root of its tree, on the plane's clock, started again when it crashes. */
export class WatchedName {
  readonly question: NameQuestion;
  readonly #options: WatchedNameOptions;
  readonly #clock: ActorClock;
  readonly #logic: NameLogic;
  #actor: Actor<NameLogic>;
  #leave: () => void = () => {};
  #asking: Cancellable | null = null;
  #restart: Cancellable | null = null;
  #crashes = 0;
  #isStopped = false;

  constructor(options: WatchedNameOptions) {
    this.question = options.question;
    this.#options = options;
    this.#clock = new ActorClock(options.timers);
    this.#logic = this.#provide();
    this.#actor = this.#create();
  }

  start(): void {
    this.#actor.start();
  }

  /** Where its actor stands. */
  get state(): string {
    return leafOf(this.#actor.getSnapshot().value);
  }

  stop(): void {
    this.#isStopped = true;
    this.#restart?.cancel();
    if (this.#actor.getSnapshot().status === 'active') this.#actor.send({ type: 'stop' });
    this.#release();
  }

  #provide(): NameLogic {
    const { bounds, random, answered } = this.#options;
    return nameMachine.provide({
      actors: {
        asker: fromCallback<NameEvent>(({ sendBack }) => {
          const asking = this.#options.lookup(this.question, (answer) => sendBack(eventOf(answer)));
          this.#asking = asking;
          return () => asking.cancel();
        }),
      },
      actions: {
        reportFound: ({ event }) => {
          this.#crashes = 0;
          if (event.type === 'answer.found') answered(event.answer);
        },
        reportFailed: ({ event }) => {
          const cause =
            event.type === 'answer.failed' ? event.cause : textOf('error' in event ? event.error : event);
          answered({ kind: 'failed', cause, ttlMs: null });
        },
      },
      delays: {
        again: ({ context: { ttlMs, failures } }) =>
          failures === 0
            ? refreshMs(ttlMs, bounds(), random())
            : retryMs(ttlMs, failures, bounds(), random()),
      },
    });
  }

  #create(): Actor<NameLogic> {
    const actor = createActor(this.#logic, { input: { name: this.question.name }, clock: this.#clock });
    this.#leave = this.#options.entered(actor);
    actor.subscribe({ error: (error) => this.#recover(error) });
    return actor;
  }

  #recover(error: unknown): void {
    this.#release();
    this.#options.crashed(error);
    if (this.#isStopped) return;
    this.#crashes = Math.min(this.#crashes + 1, CRASHES_COUNTED_MAX);
    this.#restart = this.#options.timers.after(restartDelayMs(this.#crashes), () => {
      this.#actor = this.#create();
      this.#actor.start();
    });
  }

  /** XState leaves the children of an actor that threw running. */
  #release(): void {
    this.#clock.cancelAll();
    this.#leave();
    this.#asking?.cancel();
    this.#asking = null;
  }
}

function eventOf(answer: NameAnswer): NameEvent {
  if (answer.kind === 'found') return { type: 'answer.found', answer };
  return { type: 'answer.failed', cause: answer.cause, ttlMs: answer.ttlMs };
}
