import type { RouteMatch, RoutePlan } from '../core/route-plan.ts';
import { compileRoutes, decide } from './decide.ts';
import type { ComparingKey } from './key.ts';
import { KEY_NAMES, KEYS } from './keys.ts';
import type { Known } from './known.ts';
import { compileMatch, matches } from './match.ts';
import type { Verdict } from './verdict.ts';

/** Keys told of one route; how many more there are is told with them. */
export const KEYS_TOLD_MAX = 64;
/** Values told of what one key wants or what was seen. */
export const VALUES_TOLD_MAX = 8;
/** Characters told of one value. */
export const VALUE_CHARACTERS_MAX = 64;

/** What a route made of a connection. Plain data, bounded, fit to be printed. */
export interface RouteExplanation {
  readonly route: string;
  readonly index: number;
  /** Of the match, whether or not a route before it decides. */
  readonly verdict: Verdict;
  /**
   * `taken`: it decides. `passed`: its match does not hold. `waited-for`: whether it holds is not known yet, and a route
   * behind it might decide. `not-reached`: a route before it decides, or is waited for. `left-out`: it passes TLS through,
   * and TLS was terminated.
   */
  readonly outcome: 'taken' | 'passed' | 'waited-for' | 'not-reached' | 'left-out';
  readonly keys: readonly KeyExplanation[];
  /** Keys that are not told. */
  readonly keysLeftOut: number;
}

export interface KeyExplanation {
  /** Where it stands in the match: `sni`, `any[1].protocol`, `not.source`. */
  readonly key: string;
  /** Any one of these; the last says how many there are besides where they are many. */
  readonly wanted: readonly string[];
  /** None: nothing is known of it, or there is none. */
  readonly seen: readonly string[];
  /** Of the key itself: under a `not` the route wants the opposite. */
  readonly verdict: Verdict;
}

/** Why `decide` decides as it does, route by route. For people: compiles each time. */
export function explainRoutes(routes: readonly RoutePlan[], known: Known): RouteExplanation[] {
  const decision = decide(compileRoutes(routes), known);
  const taken = decision.kind === 'route' ? decision.route : null;
  let isOver = false;
  return routes.map((route) => {
    const verdict = matches(compileMatch(route.match), known);
    const isLeftOut = route.tlsPassthrough && known.terminated !== null;
    let outcome: RouteExplanation['outcome'] = isLeftOut ? 'left-out' : 'passed';
    if (isOver) outcome = 'not-reached';
    else if (route === taken) outcome = 'taken';
    else if (!isLeftOut && verdict === 'maybe' && decision.kind === 'undecided') outcome = 'waited-for';
    isOver ||= outcome === 'taken' || outcome === 'waited-for';
    const keys = route.match === null ? [] : explainMatch(route.match, known, '');
    return {
      route: printable(route.name),
      index: route.index,
      verdict,
      outcome,
      keys: keys.slice(0, KEYS_TOLD_MAX),
      keysLeftOut: Math.max(0, keys.length - KEYS_TOLD_MAX),
    };
  });
}

function explainMatch(match: RouteMatch, known: Known, prefix: string): KeyExplanation[] {
  const own = KEY_NAMES.flatMap((key) => explainKey(key, match, known, prefix));
  const { any = [], all = [], not } = match;
  return [
    ...own,
    ...any.flatMap((branch, index) => explainMatch(branch, known, `${prefix}any[${index}].`)),
    ...all.flatMap((branch, index) => explainMatch(branch, known, `${prefix}all[${index}].`)),
    ...(not === undefined ? [] : explainMatch(not, known, `${prefix}not.`)),
  ];
}

function explainKey<K extends ComparingKey>(
  key: K,
  match: RouteMatch,
  known: Known,
  prefix: string,
): KeyExplanation[] {
  const wanted = match[key] as NonNullable<RouteMatch[K]> | undefined;
  if (wanted === undefined) return [];
  const { name, ...kind } = KEYS[key];
  const verdict = kind.compile(wanted)(known);
  return [{ key: prefix + name, wanted: told(kind.wanted(wanted)), seen: told(kind.seen(known)), verdict }];
}

function told(values: readonly string[]): string[] {
  const shown = values.slice(0, VALUES_TOLD_MAX).map(printable);
  const more = values.length - shown.length;
  return more > 0 ? [...shown, `and ${more} more`] : shown;
}

/** What a client sent can hold anything: what is no plain ASCII is escaped. */
function printable(text: string): string {
  const plain = text
    .slice(0, VALUE_CHARACTERS_MAX)
    .replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return text.length > VALUE_CHARACTERS_MAX ? `${plain}…` : plain;
}
