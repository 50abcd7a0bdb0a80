import type { AnyActorScope, AnyEventObject, ExecutableActionObject, MachineContext } from 'xstate';
import type { Mutable } from '../core/mutable.ts';

/** `ProcessingStatus.Running` of XState's actors. */
const RUNNING = 1;

/** What XState's actors and systems have that is not in their types. Every logic of XState's own uses it. */
interface Insides {
  readonly _processingStatus?: number;
  _sendInspectionEvent(event: object): void;
}

const NOBODY = null as never;

/** XState copies what inspectors are told, where there are any: so one object tells of all actions, and holds nothing between. */
const TOLD: { type: string; actorRef: unknown; action: unknown } = {
  type: '@xstate.action',
  actorRef: null,
  action: null,
};

/** The function of an action. */
export type Exec = NonNullable<ExecutableActionObject['exec']>;

type Info = Parameters<Exec>[0];

/** What actions are called with, one after another; null while none is. */
let spare: Mutable<Info> | null = { context: {}, event: { type: '' }, self: NOBODY, system: NOBODY };

/**
 * Executes an action as the scope's `actionExecutor` does: inspectors are told, then it is called. A running actor's is
 * called from here, since the executor would make six objects for it; another scope defers it, or only collects it. What a
 * running actor's action is called with is lent until it returns.
 */
export function perform(
  action: { readonly type: string; readonly params: unknown },
  exec: Exec,
  context: MachineContext,
  event: AnyEventObject,
  scope: AnyActorScope,
): void {
  const { self, system } = scope;
  const params = action.params as ExecutableActionObject['params'];
  if ((self as unknown as Insides)._processingStatus !== RUNNING) {
    scope.actionExecutor({ type: action.type, info: { context, event, self, system }, params, exec });
    return;
  }
  TOLD.actorRef = self;
  TOLD.action = action;
  (system as unknown as Insides)._sendInspectionEvent(TOLD);
  TOLD.actorRef = null;
  const info = spare ?? { context, event, self, system };
  spare = null;
  info.context = context;
  info.event = event;
  info.self = self;
  info.system = system;
  try {
    exec(info, params);
  } finally {
    spare = info;
  }
}
