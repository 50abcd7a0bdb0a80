import { checkAction, checkSplit, poolsOf } from './check-actions.ts';
import { repeatedNames } from './check-listeners.ts';
import { checkMatch } from './check-matches.ts';
import { ORIGINAL_POOL } from './compile-pools.ts';
import { didYouMean } from './did-you-mean.ts';
import { type Issue, wrongValue } from './issue.ts';
import { at, items, keysOf, type Raw, text } from './raw.ts';
import { formatPath, quote } from './show.ts';
import { NAME_PATTERN } from './words.ts';

/** Names of pools listed in a message. */
const POOLS_NAMED_MAX = 8;

/** Where a listener's connections go: pools that exist, by routes that can be reached. */
export function checkRoutes(listener: Raw, pools: Raw, protocols: Raw): Issue[] {
  const routes = items(at(listener, 'routes'));
  return [
    ...checkTarget(at(listener, 'to'), listener, pools),
    ...repeatedNames(routes),
    ...unreachable(routes),
    ...routes.flatMap((route) => [
      ...checkTarget(at(route, 'to'), listener, pools),
      ...checkAction(route, listener),
      ...checkMatch(at(route, 'match'), listener, protocols),
    ]),
  ];
}

function checkTarget(to: Raw, listener: Raw, pools: Raw): Issue[] {
  return [...poolsOf(to).flatMap((pool) => checkPool(pool, listener, pools)), ...checkSplit(to)];
}

function checkPool(to: Raw, listener: Raw, pools: Raw): Issue[] {
  if (text(to) === ORIGINAL_POOL) return redirected(to, listener);
  return checkPoolName(to, pools);
}

/** A name that is to be one of a pool. */
export function checkPoolName(to: Raw, pools: Raw): Issue[] {
  const name = text(to);
  const known = keysOf(pools);
  if (name === null || known.includes(name) || !new RegExp(NAME_PATTERN).test(name)) return [];
  return [wrongValue(to.path, `there is no pool ${quote(name)}${poolHint(name, known)}`)];
}

function redirected(to: Raw, listener: Raw): Issue[] {
  if ((text(at(listener, 'transparent')) ?? 'off') !== 'off') return [];
  const why = 'is where a redirected client wanted to go, and this listener has none';
  return [wrongValue(to.path, `"original" ${why}; expected "transparent: redirect" or "tproxy" beside it`)];
}

function poolHint(name: string, known: readonly string[]): string {
  const near = didYouMean(name, known);
  if (near !== null) return `; did you mean ${quote(near)}?`;
  if (known.length === 0) return `; expected it under pools, such as "pools: { ${name}: { backends: […] } }"`;
  const more = known.length > POOLS_NAMED_MAX ? ' …' : '';
  return `; the pools are ${known.slice(0, POOLS_NAMED_MAX).map(quote).join(', ')}${more}`;
}

function unreachable(routes: readonly Raw[]): Issue[] {
  const seen = new Map<string, Raw>();
  let takesAll: Raw | null = null;
  const found: Issue[] = [];
  for (const route of routes) {
    const match = at(route, 'match');
    if (takesAll !== null) {
      const why = `is never reached: ${formatPath(takesAll.path)} has no match and takes every connection`;
      found.push(wrongValue(route.path, `${why}; expected the route without match to be the last`));
      continue;
    }
    if (match.value === undefined) {
      takesAll = route;
      continue;
    }
    const key = JSON.stringify(match.value);
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, route);
    else
      found.push(wrongValue(route.path, `is never reached: ${formatPath(earlier.path)} has the same match`));
  }
  return found;
}
