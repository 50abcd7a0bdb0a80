import type { AnyActorRef, InspectionEvent, Subscription } from 'xstate';
import { RESTART_DELAY_MS_MAX } from '../../machines/health-checker.ts';
import {
  type ActorSnapshot,
  type ControlActorOf,
  INSPECTED_ACTORS_MAX,
  type TakeSteps,
} from '../core/inspection.ts';
import type { Cancellable, Timers } from '../core/ports.ts';
import type { ActorBook, BookedActor } from '../upstream/index.ts';

/** An actor that crashed comes back after a wait; of one that does not for so long nothing more is expected. */
export const RETURN_MS_MAX = RESTART_DELAY_MS_MAX + 5_000;

/** Actors whose names are remembered; those of others are found anew. */
const KNOWN_MAX = 4 * INSPECTED_ACTORS_MAX;

/** Which actors are meant, and what people call them. */
export interface Meant {
  /** Whether an actor of the book is looked into. */
  readonly isMeant: (of: ControlActorOf) => boolean;
  /** The name of an actor of its system, whose chart is known; null: that one is not told of. */
  readonly nameOf: (of: ControlActorOf, id: string, chart: string) => string | null;
}

/**
 * What one inspection tells of actors of control, by XState's own inspection of their systems, which it is part of only while
 * somebody looks. Actors without a chart (probes, lookups) are left out.
 */
export class ActorWatch {
  readonly #book: ActorBook;
  readonly #timers: Timers;
  readonly #meant: Meant;
  readonly #take: TakeSteps;
  readonly #systems = new Map<BookedActor, Subscription>();
  /** By session id; null: one that is not told of. */
  readonly #known = new Map<string, string | null>();
  readonly #unwatch: () => void;
  #told = 0;
  #ending: Cancellable | null = null;

  constructor(book: ActorBook, timers: Timers, meant: Meant, take: TakeSteps) {
    this.#book = book;
    this.#timers = timers;
    this.#meant = meant;
    this.#take = take;
    this.#unwatch = book.watch(() => this.#follow());
    this.#follow();
  }

  /** Whether there is an actor to be told of. */
  get isWatching(): boolean {
    return this.#told > 0;
  }

  /** Nobody whom it could tell of is expected any more, and so it is over. */
  gone(why: string): void {
    this.end();
    this.#take({ kind: 'over', why });
  }

  end(): void {
    this.#unwatch();
    this.#ending?.cancel();
    for (const system of this.#systems.values()) system.unsubscribe();
    this.#systems.clear();
  }

  #follow(): void {
    const all = this.#book.all();
    for (const [booked, system] of this.#systems) {
      if (all.includes(booked)) continue;
      system.unsubscribe();
      this.#systems.delete(booked);
    }
    for (const booked of all)
      if (this.#meant.isMeant(booked.of) && !this.#systems.has(booked)) this.#join(booked);
    if (this.#systems.size > 0) {
      this.#ending?.cancel();
      this.#ending = null;
    } else
      this.#ending ??= this.#timers.after(RETURN_MS_MAX, () =>
        this.#take({ kind: 'over', why: 'the actor has ended' }),
      );
  }

  #join(booked: BookedActor): void {
    const { actor } = booked;
    this.#systems.set(
      booked,
      actor.system.inspect((told) => this.#hear(booked, told)),
    );
    this.#isTold(booked, actor);
    const { children = {} } = actor.getSnapshot() as { readonly children?: Record<string, AnyActorRef> };
    for (const child of Object.values(children)) this.#isTold(booked, child);
  }

  #hear(booked: BookedActor, told: InspectionEvent): void {
    if (told.type !== '@xstate.event' && told.type !== '@xstate.snapshot') return;
    const ref = told.actorRef as AnyActorRef;
    if (!this.#isTold(booked, ref)) return;
    const [actor, at] = [ref.sessionId, this.#now()];
    if (told.type === '@xstate.event') {
      const source = (told.sourceRef as AnyActorRef | undefined)?.sessionId;
      this.#take({ kind: 'event', actor, at, event: told.event, source: this.#knownId(source) });
    } else
      this.#take({ kind: 'snapshot', actor, at, event: told.event, snapshot: snapshotOf(told.snapshot) });
  }

  /** Whether an actor is told of; the first time it is introduced. */
  #isTold({ of }: BookedActor, ref: AnyActorRef): boolean {
    const id = ref.sessionId;
    const known = this.#known.get(id);
    if (known !== undefined) return known !== null;
    const chart = chartOf(ref);
    const name = chart === null ? null : this.#meant.nameOf(of, ref.id, chart);
    if (chart === null || name === null || this.#told >= INSPECTED_ACTORS_MAX) {
      if (this.#known.size < KNOWN_MAX) this.#known.set(id, null);
      return false;
    }
    this.#known.set(id, name);
    this.#told++;
    const parent = this.#knownId(ref._parent?.sessionId);
    const snapshot = snapshotOf(ref.getSnapshot());
    this.#take({ kind: 'actor', actor: id, chart, name, parent, at: this.#now(), snapshot });
    return true;
  }

  #knownId(id: string | undefined): string | null {
    return id !== undefined && (this.#known.get(id) ?? null) !== null ? id : null;
  }

  #now(): number {
    return this.#timers.epoch + this.#timers.now();
  }
}

function chartOf(ref: AnyActorRef): string | null {
  const { logic } = ref as { readonly logic?: { readonly id?: unknown } };
  return typeof logic?.id === 'string' ? logic.id : null;
}

/** One that is just being made has none yet. */
function snapshotOf(snapshot: unknown): ActorSnapshot {
  const { value, status = 'active', context } = (snapshot ?? {}) as Partial<ActorSnapshot>;
  return { value, status, context };
}
