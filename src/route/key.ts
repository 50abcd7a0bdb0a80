import type { RouteMatch } from '../core/route-plan.ts';
import type { Known } from './known.ts';
import type { Verdict } from './verdict.ts';

/** The keys of a match that compare something; the others combine matches. */
export type ComparingKey = Exclude<keyof RouteMatch, 'any' | 'all' | 'not'>;

/** What a key of a match compares, and how that is told. */
export interface Key<K extends ComparingKey> {
  /** As it stands in the configuration. */
  readonly name: string;
  /** Made ready for many connections. An empty list holds for nobody. */
  compile(wanted: NonNullable<RouteMatch[K]>): (known: Known) => Verdict;
  /** What was wanted, one text each. */
  wanted(wanted: NonNullable<RouteMatch[K]>): readonly string[];
  /** What the client has of it so far, one text each; none where nothing is known. */
  seen(known: Known): readonly string[];
}
