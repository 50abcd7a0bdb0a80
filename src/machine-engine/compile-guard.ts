import { type AnyEventObject, type AnyStateNode, and, type MachineContext, not, or } from 'xstate';
import { UnsupportedChart } from './unsupported-chart.ts';

/** A guard with everything looked up: whether its transition may be taken. What it throws is the caller's to report. */
export type CompiledGuard = (context: MachineContext, event: AnyEventObject) => boolean;

type Evaluate = (args: { context: MachineContext; event: AnyEventObject }, params: unknown) => unknown;
type BuiltIn = Evaluate & { readonly check: unknown; readonly guards: readonly unknown[] };

const [AND, OR, NOT] = [and([]), or([]), not(() => true)].map((guard) => (guard as unknown as BuiltIn).check);

/**
 * The guard of a transition of `state`: a function, a name, a name with params, or `and`, `or`, `not` of such. Throws
 * UnsupportedChart for params that are computed, for a name that nobody provided, and for every other built-in guard.
 */
export function compileGuard(state: AnyStateNode, guard: unknown): CompiledGuard {
  return compile(state, guard, []);
}

/** The name by which an error speaks of a guard; null where it has none. */
export function guardName(guard: unknown): string | null {
  if (typeof guard === 'string') return guard;
  return typeof guard === 'object' && guard !== null ? (guard as { type: string }).type : null;
}

function compile(state: AnyStateNode, guard: unknown, aliases: readonly string[]): CompiledGuard {
  if (typeof guard === 'function') return compileFunction(state, guard as Evaluate, undefined, aliases);
  const refuse = (feature: string): never => {
    throw new UnsupportedChart(state.machine.id, state.id, feature);
  };
  const name = guardName(guard);
  if (name === null) return refuse(`a guard that is a ${typeof guard}`);
  const params = typeof guard === 'object' ? (guard as { params?: unknown }).params : undefined;
  if (typeof params === 'function') return refuse(`computed params of the guard "${name}"`);
  if (aliases.includes(name)) return refuse(`the guard "${name}", which refers to itself`);
  const provided: unknown = state.machine.implementations.guards?.[name];
  if (!provided) return refuse(`the guard "${name}", which nobody provided`);
  const path = [...aliases, name];
  if (typeof provided !== 'function') return compile(state, provided, path);
  return compileFunction(state, provided as Evaluate, params, path);
}

function compileFunction(
  state: AnyStateNode,
  guard: Evaluate,
  params: unknown,
  aliases: readonly string[],
): CompiledGuard {
  if (!('check' in guard)) return (context, event) => Boolean(guard({ context, event }, params));
  const { check, guards } = guard as BuiltIn;
  if (check !== AND && check !== OR && check !== NOT) {
    throw new UnsupportedChart(state.machine.id, state.id, `the built-in guard \`${guard.name}\``);
  }
  const parts = guards.map((part) => compile(state, part, aliases));
  if (check === AND) return (context, event) => parts.every((part) => part(context, event));
  if (check === OR) return (context, event) => parts.some((part) => part(context, event));
  return (context, event) => !parts[0]!(context, event);
}
