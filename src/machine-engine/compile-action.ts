import {
  type AnyActorScope,
  type AnyEventObject,
  type AnyStateNode,
  assign,
  type MachineContext,
} from 'xstate';
import { type Exec, perform } from './perform.ts';
import { UnsupportedChart } from './unsupported-chart.ts';

/** One action with everything looked up. An assign has `assign` and no `exec`, every other `exec` and no `assign`. */
export interface Step {
  /** What inspectors see: its name and params. */
  readonly action: { readonly type: string; readonly params: unknown };
  readonly exec: Exec | null;
  readonly assign: Assign | null;
}

type Assign = (
  context: MachineContext,
  event: AnyEventObject,
  params: unknown,
  scope: AnyActorScope,
) => MachineContext;

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
  const seen = Object.freeze({ type, params });
  if (!('resolve' in found)) return { action: seen, exec: found as Exec, assign: null };
  const builtIn = found as unknown as BuiltIn;
  if (builtIn.resolve !== ASSIGN)
    return refuse(`the built-in action \`${builtIn.type.replace('xstate.', '')}\``);
  return { action: seen, exec: null, assign: compileAssign(builtIn.assignment) };
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
  let now = context;
  for (let i = 0; i < steps.length; i++) {
    const { action, exec, assign } = steps[i]!;
    if (exec !== null) perform(action, exec, now, event, scope);
    else if (assign !== null) now = assign(now, event, action.params, scope);
  }
  return now;
}

/** What `assign` and `context` are given for `spawn`: an engine without children says so. */
export function refuseSpawn(): never {
  throw new Error("the compiled engine does not support `spawn`; run the chart by XState's interpreter");
}

function compileAssign(assignment: BuiltIn['assignment']): Assign {
  if (typeof assignment === 'function')
    return (context, event, params, { self, system }) => ({
      ...context,
      ...(assignment({ context, event, spawn: refuseSpawn, self, system }, params) as object),
    });
  const entries = Object.entries(assignment);
  return (context, event, params, { self, system }) => {
    const args: AssignArgs = { context, event, spawn: refuseSpawn, self, system };
    const next: MachineContext = { ...context };
    for (let i = 0; i < entries.length; i++) {
      const [key, value] = entries[i]!;
      next[key] = typeof value === 'function' ? (value as Compute)(args, params) : value;
    }
    return next;
  };
}
