import type { AnyActorScope, AnyEventObject, AnyMachineSnapshot, AnyTransitionDefinition } from 'xstate';

/** XState's way to tell inspectors. It is not in its types, but every logic of XState's own uses it. */
interface Inspected {
  _sendInspectionEvent(event: object): void;
}

/** Tells whoever inspects the actor's system that an event was worked off. Without inspectors it returns at once. */
export function tellMicrostep(
  scope: AnyActorScope,
  event: AnyEventObject,
  snapshot: AnyMachineSnapshot,
  transitions: readonly AnyTransitionDefinition[],
): void {
  (scope.system as unknown as Inspected)._sendInspectionEvent({
    type: '@xstate.microstep',
    actorRef: scope.self,
    event,
    snapshot,
    _transitions: transitions,
  });
}
