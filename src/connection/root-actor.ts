import { type ActorLogic, type AnyActorRef, type AnyEventObject, createActor, type Snapshot } from 'xstate';
import type { Timers } from '../core/ports.ts';

/** What XState tells the parent of an actor whose logic has thrown. */
interface ActorFailed {
  readonly actorId: string;
  readonly error: unknown;
}

/** Where XState's actors take what others tell them; it is not in its types. */
interface Receiver {
  _send(event: ActorFailed | { readonly output: unknown }): void;
}

/** What XState's systems have that is not in their types. */
interface Insides {
  _register(sessionId: string): string;
  _unregister(actor: { readonly systemId?: string | undefined }): void;
}

/**
 * The root of the actor system that all connections of a shard share: a system for each would be a fifth of what a connection
 * keeps. It has the plane's timers for a clock, so that no actor keeps time of its own, and it holds nothing. `failed`
 * is told of each actor below it whose logic has thrown, by the actor's own id and before whoever sent the event goes on;
 * it must not throw.
 */
export function rootActor(timers: Timers, failed: (actorId: string, error: unknown) => void): AnyActorRef {
  const root: ActorLogic<Snapshot<unknown>, AnyEventObject> = {
    getInitialSnapshot: () => ({ status: 'active', output: undefined, error: undefined }),
    getPersistedSnapshot: (snapshot) => snapshot,
    transition: (snapshot) => snapshot,
  };
  const actor = createActor(root, { clock: clockOn(timers) }).start();
  keepNoList(actor.system as unknown as Insides);
  // Nothing changes it, so what it is told goes through no mailbox: each connection tells it of its end.
  (actor as unknown as Receiver)._send = (event) => {
    if ('error' in event) failed(event.actorId, event.error);
  };
  return actor;
}

/**
 * A system of XState keeps a Map of the actors that run in it, which nothing reads: actors are found by `systemId`, which
 * is another. What a Map has held lives on after its end (see `Slots`).
 */
function keepNoList(system: Insides): void {
  const unregister = system._unregister;
  system._register = (sessionId) => sessionId;
  system._unregister = (actor) => {
    if (actor.systemId !== undefined) unregister(actor);
  };
}

/** XState's clock on the plane's timers. */
function clockOn(timers: Timers) {
  return {
    setTimeout: (fire: (...args: unknown[]) => void, ms: number) => timers.after(ms, fire),
    clearTimeout: (timer: { cancel(): void }) => timer.cancel(),
  };
}
