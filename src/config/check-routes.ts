import { repeatedNames } from './check-listeners.ts';
import { didYouMean } from './did-you-mean.ts';
import { type Issue, wrongKey, wrongValue } from './issue.ts';
import { at, has, items, keysOf, oneOrManyOf, type Raw, text } from './raw.ts';
import { formatPath, quote } from './show.ts';
import { NAME_PATTERN } from './words.ts';

/** Names of pools listed in a message. */
const POOLS_NAMED_MAX = 8;

/** Where a listener's connections go: pools that exist, by routes that can be reached. */
export function checkRoutes(listener: Raw, pools: Raw): Issue[] {
  const routes = items(at(listener, 'routes'));
  return [
    ...unknownPool(at(listener, 'to'), pools),
    ...repeatedNames(routes),
    ...unreachable(routes),
    ...routes.flatMap((route) => [
      ...unknownPool(at(route, 'to'), pools),
      ...checkAction(route),
      ...impossibleMatch(at(route, 'match'), listener),
    ]),
  ];
}

function unknownPool(to: Raw, pools: Raw): Issue[] {
  const name = text(to);
  const known = keysOf(pools);
  if (name === null || known.includes(name) || !new RegExp(NAME_PATTERN).test(name)) return [];
  return [wrongValue(to.path, `there is no pool ${quote(name)}${poolHint(name, known)}`)];
}

function poolHint(name: string, known: readonly string[]): string {
  const near = didYouMean(name, known);
  if (near !== null) return `; did you mean ${quote(near)}?`;
  if (known.length === 0) return `; expected it under pools, such as "pools: { ${name}: { backends: […] } }"`;
  const more = known.length > POOLS_NAMED_MAX ? ' …' : '';
  return `; the pools are ${known.slice(0, POOLS_NAMED_MAX).map(quote).join(', ')}${more}`;
}

function checkAction(route: Raw): Issue[] {
  if (typeof route.value !== 'object' || route.value === null || Array.isArray(route.value)) return [];
  const rejects = has(route, 'reject');
  if (!rejects && !has(route, 'to'))
    return [
      wrongValue(
        route.path,
        'the route leads nowhere; expected "to: <pool>", "reject: reset" or "reject: close"',
      ),
    ];
  if (rejects && has(route, 'to'))
    return [wrongKey([...route.path, 'reject'], 'to and reject exclude each other; keep one')];
  if (rejects && has(route, 'stages'))
    return [
      wrongKey([...route.path, 'stages'], 'no bytes flow through a route that rejects; remove the stages'),
    ];
  return [];
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

function impossibleMatch(match: Raw, listener: Raw): Issue[] {
  const found: Issue[] = [];
  if (
    match.value !== undefined &&
    typeof match.value === 'object' &&
    keysOf(match).length === 0 &&
    !Array.isArray(match.value)
  )
    found.push(
      wrongValue(match.path, 'an empty match says nothing; remove match where every connection is meant'),
    );
  const protocols = oneOrManyOf(at(match, 'protocol')).map(text);
  for (const key of ['sni', 'alpn'])
    if (has(match, key) && protocols.length > 0 && !protocols.includes('tls'))
      found.push(wrongKey([...match.path, key], `never holds: only a client that speaks tls has ${key}`));
  if (has(match, 'source') && text(at(listener, 'listen'))?.startsWith('unix:'))
    found.push(wrongKey([...match.path, 'source'], 'never holds: clients of a Unix socket have no address'));
  return found;
}
