import { type ActorRefFrom, createActor } from 'xstate';
import { type CircuitInput, circuitMachine, ejectionMs, ejectionsAfter } from '../../machines/circuit.ts';
import { CRASHES_COUNTED_MAX, restartDelayMs } from '../../machines/health-checker.ts';
import { type CircuitState, FAILURE_KINDS, type FailureKind } from '../core/circuits.ts';
import { textOf } from '../core/error-fact.ts';
import type { EjectionChange } from '../core/facts.ts';
import type { PassivePlan, Plan } from '../core/plan.ts';
import type { Cancellable, Timers } from '../core/ports.ts';
import { UNHEALTHY, type UpstreamTable } from '../core/upstream-table.ts';
import { type EnterActor, unbooked } from './actor-book.ts';
import { ActorClock } from './actor-clock.ts';
import { leafOf } from './leaf-of.ts';
import { backendOf, isSameBackend, liveRows, nameOf } from './plan-rows.ts';

/** How often control looks at what shards have counted. */
export const EJECTIONS_LOOK_MS = 100;

/** What ejections are told by, and what is done about them. */
export interface EjectionSink {
  /** Once for each change, before it; where this throws nothing has changed. `ms` as `EjectionFact.ms`. */
  changed(row: number, change: EjectionChange, cause: string, ms: number): void;
  /** Its circuit closes from another state: it is used as before. */
  trusted(row: number, from: CircuitState, cause: string): void;
  /** A backend was ejected; `cause` is the position in FAILURE_KINDS. */
  counted(row: number, cause: number): void;
  /** It gets no connections from now on, or gets some again. */
  moved(row: number): void;
  /** A circuit crashed. */
  troubled(message: string): void;
}

type CircuitActor = ActorRefFrom<typeof circuitMachine>;

interface Circuit {
  readonly actor: CircuitActor;
  readonly clock: ActorClock;
  /** Out of the book of actors. */
  readonly leave: () => void;
}

/** A backend whose pool ejects. */
interface Watched {
  readonly row: number;
  readonly pool: number;
  readonly passive: PassivePlan;
}

/**
 * Ejects backends and takes them back: one circuit for each that has failed of late, whose chart decides. What shards
 * have counted is looked at every `EJECTIONS_LOOK_MS`. All that a circuit knows stands in the table too, so that one that
 * crashed, or that another plan starts anew, goes on where it stood.
 */
export class Ejections {
  readonly #timers: Timers;
  readonly #table: UpstreamTable;
  readonly #now: () => number;
  readonly #sink: EjectionSink;
  readonly #enterActor: EnterActor;
  readonly #circuits = new Map<number, Circuit>();
  /** Rows whose circuit crashed, until it is started again, and how often each has. */
  readonly #resting = new Map<number, Cancellable>();
  readonly #crashes = new Map<number, number>();
  /** Backends of a pool that are out of use, as far as this look has counted them. */
  readonly #out = new Map<number, number>();
  #plan: Plan;
  #watched: readonly Watched[] = [];
  #look: Cancellable | null = null;

  constructor(
    plan: Plan,
    table: UpstreamTable,
    timers: Timers,
    now: () => number,
    sink: EjectionSink,
    enterActor: EnterActor = unbooked,
  ) {
    this.#timers = timers;
    this.#table = table;
    this.#now = now;
    this.#sink = sink;
    this.#enterActor = enterActor;
    this.#plan = plan;
    this.#watch();
  }

  /** Goes over to another plan, whose rows are in the table already. A backend whose pool ejects no more is taken back. */
  apply(plan: Plan): void {
    const before = this.#plan;
    this.#end();
    this.#plan = plan;
    for (const { row } of this.#watched) {
      const isKept = isSameBackend(before, plan, row) && this.#passiveOf(row) === null;
      if (isKept && this.#table.circuits.isOpen(row)) this.#release(row, 'its pool no longer ejects');
      if (isKept) this.#forget(row);
    }
    this.#watch();
  }

  /** Where each circuit stands. */
  states(): readonly string[] {
    return [...this.#circuits.values()].map(({ actor }) => leafOf(actor.getSnapshot().value));
  }

  /** A probe found a backend healthy again: if it is ejected it need not wait any longer. */
  probed(row: number): void {
    this.#circuits.get(row)?.actor.send({ type: 'probe.passed' });
  }

  /** No fact and no change of the table comes afterwards. */
  stop(): void {
    this.#end();
    this.#watched = [];
  }

  #watch(): void {
    this.#watched = this.#plan.pools.flatMap((pool) => {
      const { passive, index } = pool;
      return passive === null ? [] : liveRows(this.#plan, pool).map((row) => ({ row, pool: index, passive }));
    });
    for (const watched of this.#watched) this.#resume(watched);
    if (this.#watched.length > 0) this.#lookSoon();
  }

  #end(): void {
    this.#look?.cancel();
    this.#look = null;
    for (const rest of this.#resting.values()) rest.cancel();
    this.#resting.clear();
    for (const row of [...this.#circuits.keys()]) this.#drop(row);
  }

  #lookSoon(): void {
    this.#look = this.#timers.after(EJECTIONS_LOOK_MS, () => {
      this.#lookSoon();
      this.#out.clear();
      for (const watched of this.#watched) this.#judge(watched);
    });
  }

  #judge(watched: Watched): void {
    const { row, passive } = watched;
    if (this.#resting.has(row)) return;
    const { circuits } = this.#table;
    const failure = circuits.takeReached(row);
    if (failure !== null) {
      (this.#circuits.get(row) ?? this.#start(watched)).actor.send({ type: 'failures.reached', failure });
      return;
    }
    const actor = this.#circuits.get(row)?.actor;
    if (actor === undefined) return;
    if (circuits.answers(row) >= passive.failures) actor.send({ type: 'trial.passed' });
    else if (!circuits.isFailing(row, passive.failures)) actor.send({ type: 'failures.ended' });
    const { value, context } = actor.getSnapshot();
    if (value === 'closed' && context.ejections === 0 && !context.withheld) this.#drop(row);
  }

  /** Starts the circuit of a backend where the table knows of an ejection. */
  #resume(watched: Watched): void {
    const { circuits } = this.#table;
    const { row } = watched;
    if (circuits.state(row) !== 'closed' || circuits.ejections(row) > 0) this.#start(watched);
  }

  #start(watched: Watched): Circuit {
    const { row, passive } = watched;
    const clock = new ActorClock(this.#timers);
    const actor = createActor(this.#logic(watched), { input: this.#inputOf(row, passive), clock });
    const pool = this.#plan.pools[watched.pool]?.name ?? '';
    const of = { chart: 'circuit', pool, backend: backendOf(this.#plan, row).name } as const;
    const circuit = { actor, clock, leave: this.#enterActor(of, actor) };
    actor.subscribe({ error: (error) => this.#recover(watched, error) });
    this.#circuits.set(row, circuit);
    actor.start();
    return circuit;
  }

  #drop(row: number): void {
    const circuit = this.#circuits.get(row);
    this.#circuits.delete(row);
    if (circuit?.actor.getSnapshot().status === 'active') circuit.actor.send({ type: 'stop' });
    circuit?.clock.cancelAll();
    circuit?.leave();
  }

  #recover(watched: Watched, error: unknown): void {
    const { row } = watched;
    this.#drop(row);
    const crashes = Math.min((this.#crashes.get(row) ?? 0) + 1, CRASHES_COUNTED_MAX);
    this.#crashes.set(row, crashes);
    const rest = this.#timers.after(restartDelayMs(crashes), () => {
      this.#resting.delete(row);
      this.#resume(watched);
    });
    this.#resting.set(row, rest);
    this.#sink.troubled(`the circuit of backend ${nameOf(this.#plan, row)} crashed: ${textOf(error)}`);
  }

  #inputOf(row: number, { ejectMs, ejectMsMax }: PassivePlan): CircuitInput {
    const { circuits } = this.#table;
    const leftMs = circuits.leftMs(row, this.#now());
    const [state, ejections] = [circuits.state(row), circuits.ejections(row)];
    return { row, state, ejections, leftMs, ejectMs, ejectMsMax };
  }

  #logic({ row, pool, passive }: Watched) {
    const { circuits } = this.#table;
    return circuitMachine.provide({
      actions: {
        eject: ({ context, event }) => {
          const forMs = ejectionMs(context);
          const failure = failureOf(event);
          const how = circuits.state(row) === 'half-open' ? 'on trial' : `${passive.failures} in a row`;
          this.#sink.changed(row, 'ejected', `${how}: ${failure}`, forMs);
          this.#sink.counted(row, FAILURE_KINDS.indexOf(failure));
          circuits.setEjections(row, ejectionsAfter(context));
          circuits.setEjected(row, this.#now(), forMs);
          circuits.set(row, 'open');
          this.#out.set(pool, this.#outOf(pool) + 1);
          this.#crashes.delete(row);
          this.#sink.moved(row);
        },
        withhold: ({ event }) => {
          this.#sink.changed(row, 'withheld', `${passive.failures} in a row: ${failureOf(event)}`, 0);
        },
        release: ({ event }) => {
          this.#release(row, event.type === 'probe.passed' ? 'a probe has passed' : 'its time has passed');
        },
        close: ({ event }) => {
          const cause = event.type === 'trial.passed' ? 'its trial has passed' : 'it has not failed on trial';
          this.#sink.trusted(row, circuits.state(row), cause);
          circuits.set(row, 'closed');
        },
        forgive: ({ context }) => circuits.setEjections(row, context.ejections - 1),
      },
      guards: { maySpare: () => this.#maySpare(pool, passive) },
    });
  }

  #release(row: number, cause: string): void {
    const { circuits } = this.#table;
    const now = this.#now();
    this.#sink.changed(row, 'returned', cause, circuits.ejectedMs(row, now));
    this.#table.setReturned(row, now);
    circuits.set(row, 'half-open');
    this.#sink.moved(row);
  }

  /** Nobody ejects it any more. */
  #forget(row: number): void {
    const { circuits } = this.#table;
    const state = circuits.state(row);
    if (state !== 'closed') this.#sink.trusted(row, state, 'its pool no longer ejects');
    circuits.renew(row);
  }

  /** Whether one more backend of a pool can be out of use. */
  #maySpare(pool: number, { ejectedPercentMax }: PassivePlan): boolean {
    const rows = liveRows(this.#plan, this.#plan.pools[pool] as Plan['pools'][number]);
    return (this.#outOf(pool) + 1) * 100 <= rows.length * ejectedPercentMax;
  }

  #outOf(pool: number): number {
    let out = this.#out.get(pool);
    if (out !== undefined) return out;
    const rows = liveRows(this.#plan, this.#plan.pools[pool] as Plan['pools'][number]);
    out = rows.filter((row) => this.#table.effectiveHealth(row) === UNHEALTHY).length;
    this.#out.set(pool, out);
    return out;
  }

  #passiveOf(row: number): PassivePlan | null {
    return this.#plan.pools[backendOf(this.#plan, row).pool]?.passive ?? null;
  }
}

/** Only an event with a failure ejects and withholds. */
function failureOf(event: { readonly type: string; readonly failure?: FailureKind }): FailureKind {
  return event.failure as FailureKind;
}
