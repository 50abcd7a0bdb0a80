import type { RouteMatch } from '../core/route-plan.ts';
import type { ComparingKey } from './key.ts';
import { KEY_NAMES, KEYS } from './keys.ts';
import type { Known } from './known.ts';
import { allOf, anyOf, opposite, type Verdict } from './verdict.ts';

/** A RouteMatch made ready for many connections: all of its tests must hold. */
export type CompiledMatch = readonly Test[];

export type Test = (known: Known) => Verdict;

/** null, the match of a default route, becomes one that excludes nobody. Throws where a pattern is no regular expression. */
export function compileMatch(match: RouteMatch | null): CompiledMatch {
  if (match === null) return [];
  const { any, all, not } = match;
  const tests: Test[] = KEY_NAMES.flatMap((key) => compileKey(key, match));
  if (any !== undefined) tests.push(compileAny(any.map(compileMatch)));
  if (all !== undefined) tests.push(compileAll(all.map(compileMatch)));
  if (not !== undefined) tests.push(compileNot(compileMatch(not)));
  return tests;
}

/** Whether a match can turn anybody away. */
export function isConditional(match: CompiledMatch): boolean {
  return match.length > 0;
}

/**
 * Whether a match holds for all that a connection can still turn out to be (`yes`), for none of it (`no`), or for some
 * (`maybe`). `maybe` also where keys exclude each other in a way that only all of them together show; once everything is
 * known it is never `maybe`.
 */
export function matches(match: CompiledMatch, known: Known): Verdict {
  return allOf(match, (test) => test(known));
}

function compileKey<K extends ComparingKey>(key: K, match: RouteMatch): Test[] {
  const wanted = match[key];
  return wanted === undefined ? [] : [KEYS[key].compile(wanted as NonNullable<RouteMatch[K]>)];
}

function compileAny(branches: readonly CompiledMatch[]): Test {
  return (known) => anyOf(branches, (branch) => matches(branch, known));
}

function compileAll(branches: readonly CompiledMatch[]): Test {
  return (known) => allOf(branches, (branch) => matches(branch, known));
}

function compileNot(branch: CompiledMatch): Test {
  return (known) => opposite(matches(branch, known));
}
