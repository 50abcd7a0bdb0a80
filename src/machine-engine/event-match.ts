import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';

/** Whether an event type is meant by a descriptor: itself, `*`, or `a.*` for `a` and all that begin with `a.`. */
export function matches(type: string, descriptor: string): boolean {
  if (descriptor === type || descriptor === '*') return true;
  if (!descriptor.endsWith('.*')) return false;
  const prefix = descriptor.slice(0, -2);
  if (prefix.split('.').includes('*')) return false;
  return type === prefix || type.startsWith(`${prefix}.`);
}

/** Whether a descriptor means more than the one type it spells. */
export function isWildcard(descriptor: string): boolean {
  return descriptor === '*' || descriptor.endsWith('.*');
}

/** A state's own transitions for an event type, in the order they are tried: exact, then the longer wildcard first. */
export function ownTransitions(state: AnyStateNode, type: string): AnyTransitionDefinition[] {
  const wild = [...state.transitions.keys()]
    .filter((descriptor) => descriptor !== type && matches(type, descriptor))
    .sort((a, b) => b.length - a.length);
  return [type, ...wild].flatMap((descriptor) => state.transitions.get(descriptor) ?? []);
}
