import {
  type AnyActorScope,
  type AnyEventObject,
  type AnyStateNode,
  assign,
  type ExecutableActionObject,
  type MachineContext,
} from 'xstate';
import { UnsupportedChart } from './unsupported-chart.ts';

/** One action with everything looked up. An assign has `assign` and no `exec`, every other `exec` and no `assign`. */
export interface Step {
  /** The name that inspectors see. */
  readonly type: string;
  readonly params: unknown;
  readonly exec: ExecutableActionObject['exec'] | null;
  readonly assign: Assign | null;
}

type Assign = (args: AssignArgs, params: unknown) => MachineContext;

interface AssignArgs {
  readonly context: MachineContext;
  readonly event: AnyEventObject;
  readonly spawn: () => never;
  readonly self: AnyActorScope['self'];
  readonly system: AnyActorScope['system'];
}

type Compute = (args: AssignArgs, params: unknown) => unknown;
type BuiltIn = {
  readonly type: string;
  readonly resolve: unknown;
  readonly assignment: Compute | Readonly<Record<string, unknown>>;
};

const ASSIGN = (assign({}) as unknown as BuiltIn).resolve;

/**
 * An action of `state`: a function, a name, or a name with params. Throws UnsupportedChart for params that are computed,
 * for a name that nobody provided, and for every built-in action but `assign`.
 */
export function compileAction(state: AnyStateNode, action: unknown): Step {
  const refuse = (feature: string): never => {
    throw new UnsupportedChart(state.machine.id, state.id, feature);
  };
  const named =
    typeof action === 'string' ? { type: action } : (action as { type: string; params?: unknown });
  const inline = typeof action === 'function';
  const type = inline ? action.name || '(anonymous)' : named.type;
  const params = inline ? undefined : named.params;
  if (typeof params === 'function') return refuse(`computed params of the action "${type}"`);
  const found: unknown = inline ? action : state.machine.implementations.actions?.[type];
  if (typeof found !== 'function') return refuse(`the action "${type}", which nobody provided`);
  if (!('resolve' in found)) return { type, params, exec: found as NonNullable<Step['exec']>, assign: null };
  const builtIn = found as unknown as BuiltIn;
  if (builtIn.resolve !== ASSIGN)
    return refuse(`the built-in action \`${builtIn.type.replace('xstate.', '')}\``);
  return { type, params, exec: null, assign: compileAssign(builtIn.assignment) };
}

/**
 * Runs steps in order and returns the context they leave: the same object where none of them assigns. A step sees what
 * those before it assigned. What a step throws passes through; those before it have happened.
 */
export function runSteps(
  steps: readonly Step[],
  context: MachineContext,
  event: AnyEventObject,
  scope: AnyActorScope,
): MachineContext {
  const { self, system } = scope;
  let now = context;
  for (let i = 0; i < steps.length; i++) {
    const { type, params, exec, assign } = steps[i]!;
    if (assign !== null) now = assign({ context: now, event, spawn: refuseSpawn, self, system }, params);
    else
      scope.actionExecutor({
        type,
        info: { context: now, event, self, system },
        params: params as ExecutableActionObject['params'],
        exec: exec ?? undefined,
      });
  }
  return now;
}

/** What `assign` and `context` are given for `spawn`: an engine without children says so. */
export function refuseSpawn(): never {
  throw new Error("the compiled engine does not support `spawn`; run the chart by XState's interpreter");
}

function compileAssign(assignment: BuiltIn['assignment']): Assign {
  if (typeof assignment === 'function')
    return (args, params) => ({ ...args.context, ...(assignment(args, params) as object) });
  const entries = Object.entries(assignment);
  return (args, params) => {
    const next: MachineContext = { ...args.context };
    for (let i = 0; i < entries.length; i++) {
      const [key, value] = entries[i]!;
      next[key] = typeof value === 'function' ? (value as Compute)(args, params) : value;
    }
    return next;
  };
}
