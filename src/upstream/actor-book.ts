import type { AnyActorRef } from 'xstate';
import type { ControlActorOf } from '../core/inspection.ts';

/** An actor of control that runs: the root of a system of its own. */
export interface BookedActor {
  readonly of: ControlActorOf;
  readonly actor: AnyActorRef;
}

/** The actors that control runs, for whoever inspects one. An entry costs a place in a set, and nothing with each event. */
export class ActorBook {
  readonly #actors = new Set<BookedActor>();
  readonly #watchers = new Set<() => void>();

  /** Call when an actor is made, before it is started; what is returned takes it out when it has ended, however that was. */
  readonly enter = (of: ControlActorOf, actor: AnyActorRef): (() => void) => {
    const booked = { of, actor };
    this.#actors.add(booked);
    this.#tell();
    return () => {
      if (this.#actors.delete(booked)) this.#tell();
    };
  };

  all(): readonly BookedActor[] {
    return [...this.#actors];
  }

  /** `changed` is called with each actor that comes or goes, until the function that is returned is called. Must not throw. */
  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => void this.#watchers.delete(changed);
  }

  #tell(): void {
    for (const changed of this.#watchers) changed();
  }
}

/** Enters an actor into a book. */
export type EnterActor = ActorBook['enter'];

/** For whoever has no book. */
export const unbooked: EnterActor = () => () => {};
