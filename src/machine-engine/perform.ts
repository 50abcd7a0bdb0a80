import type { AnyActorScope, ExecutableActionObject } from 'xstate';

/** `ProcessingStatus.Running` of XState's actors. */
const RUNNING = 1;

/** What XState's actors and systems have that is not in their types. Every logic of XState's own uses it. */
interface Insides {
  readonly _processingStatus?: number;
  _sendInspectionEvent(event: object): void;
}

/** XState copies what inspectors are told, where there are any: so one object tells of all actions, and holds nothing between. */
const TOLD: { type: string; actorRef: unknown; action: unknown } = {
  type: '@xstate.action',
  actorRef: null,
  action: null,
};

/** The function of an action. */
export type Exec = NonNullable<ExecutableActionObject['exec']>;

/**
 * Executes an action as the scope's `actionExecutor` does: inspectors are told, then it is called. A running actor's is
 * called from here, since the executor would make five objects for it; another scope defers it, or only collects it.
 */
export function perform(
  action: { readonly type: string; readonly params: unknown },
  exec: Exec,
  info: Parameters<Exec>[0],
  scope: AnyActorScope,
): void {
  const { self, system } = scope;
  const params = action.params as ExecutableActionObject['params'];
  if ((self as unknown as Insides)._processingStatus !== RUNNING) {
    scope.actionExecutor({ type: action.type, info, params, exec });
    return;
  }
  TOLD.actorRef = self;
  TOLD.action = action;
  (system as unknown as Insides)._sendInspectionEvent(TOLD);
  TOLD.actorRef = null;
  exec(info, params);
}
