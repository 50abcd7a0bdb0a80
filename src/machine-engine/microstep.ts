import type { AnyActorScope, AnyEventObject, AnyMachineSnapshot, AnyTransitionDefinition } from 'xstate';

/** XState's way to tell inspectors. It is not in its types, but every logic of XState's own uses it. */
interface Inspected {
  _sendInspectionEvent(event: object): void;
}

/** As in `perform.ts`, one object tells of all: XState copies it where anybody inspects. */
const TOLD: { type: string; actorRef: unknown; event: unknown; snapshot: unknown; _transitions: unknown } = {
  type: '@xstate.microstep',
  actorRef: null,
  event: null,
  snapshot: null,
  _transitions: null,
};

/** Tells whoever inspects the actor's system that an event was worked off. Without inspectors it returns at once. */
export function tellMicrostep(
  scope: AnyActorScope,
  event: AnyEventObject,
  snapshot: AnyMachineSnapshot,
  transitions: readonly AnyTransitionDefinition[],
): void {
  TOLD.actorRef = scope.self;
  TOLD.event = event;
  TOLD.snapshot = snapshot;
  TOLD._transitions = transitions;
  (scope.system as unknown as Inspected)._sendInspectionEvent(TOLD);
  TOLD.actorRef = null;
  TOLD.event = null;
  TOLD.snapshot = null;
}
