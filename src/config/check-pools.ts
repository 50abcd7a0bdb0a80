import { poolsOf } from './check-actions.ts';
import { checkHash } from './check-hash.ts';
import { checkHealth } from './check-health.ts';
import { mirrorsOf } from './check-mirrors.ts';
import { checkPassive } from './check-passive.ts';
import { checkPreconnect } from './check-preconnect.ts';
import { checkProxyOut } from './check-proxy.ts';
import { checkSticky } from './check-queue.ts';
import { checkServices } from './check-resolver.ts';
import { checkSource } from './check-source.ts';
import { checkConnectTls } from './check-tls.ts';
import { ORIGINAL_POOL } from './compile-pools.ts';
import { type Issue, warning, wrongKey, wrongValue } from './issue.ts';
import { BACKENDS_MAX, POOLS_MAX } from './limits.ts';
import { at, has, items, keysOf, type Raw, text, values } from './raw.ts';
import { formatPath, quote } from './show.ts';

/** Pools and backends: none that is not used, none twice, no more than there are rows for. */
export function checkPools(root: Raw): Issue[] {
  const pools = at(root, 'pools');
  const used = usedPools(root);
  const found = values(pools).flatMap((pool) => [
    ...(pool.path.at(-1) === ORIGINAL_POOL ? checkOriginal(pool) : missingBackends(pool)),
    ...repeatedBackends(items(at(pool, 'backends'))),
    ...checkServices(pool),
    ...checkHash(pool),
    ...checkHealth(pool),
    ...checkSticky(pool),
    ...checkPassive(pool),
    ...checkSource(pool),
    ...checkPreconnect(pool),
    ...checkProxyOut(pool),
    ...checkConnectTls(pool),
  ]);
  for (const name of keysOf(pools))
    if (!used.has(name)) found.push(warning([...pools.path, name], 'no route leads to this pool'));
  return [...found, ...tooMany(pools)];
}

function missingBackends(pool: Raw): Issue[] {
  const isMap = typeof pool.value === 'object' && pool.value !== null && !Array.isArray(pool.value);
  if (!isMap || at(pool, 'backends').value !== undefined) return [];
  return [wrongValue([...pool.path, 'backends'], 'missing; expected a list of backends')];
}

/** The pool that stands for where redirected clients wanted to go has settings for connecting, and nothing else. */
function checkOriginal(pool: Raw): Issue[] {
  const why = 'the pool "original" stands for where redirected clients wanted to go; expected connect alone';
  return [
    'backends',
    'health',
    'passive',
    'on_down',
    'on_up',
    'balance',
    'hash',
    'panic',
    'slow_start',
    'sticky',
    'preconnect',
  ]
    .filter((key) => has(pool, key))
    .map((key) => wrongKey([...pool.path, key], why));
}

function usedPools(root: Raw): Set<string> {
  const used = new Set<string>();
  for (const listener of items(at(root, 'listeners'))) {
    for (const mirror of mirrorsOf(listener)) used.add(text(at(mirror, 'to')) ?? '');
    for (const place of [listener, ...items(at(listener, 'routes'))])
      for (const pool of poolsOf(at(place, 'to'))) used.add(text(pool) ?? '');
  }
  return used;
}

function repeatedBackends(backends: readonly Raw[]): Issue[] {
  const first = new Map<string, Raw>();
  const found: Issue[] = [];
  for (const backend of backends) {
    const named = [backend, at(backend, 'name'), at(backend, 'address')].find((raw) => text(raw) !== null);
    if (named === undefined) continue;
    const name = text(named) ?? '';
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, backend);
    else
      found.push(
        wrongValue(
          named.path,
          `${formatPath(earlier.path)} has the name ${quote(name)} already; expected another name`,
        ),
      );
  }
  return found;
}

function tooMany(pools: Raw): Issue[] {
  const count = keysOf(pools).length;
  const backends = values(pools).reduce((sum, pool) => sum + items(at(pool, 'backends')).length, 0);
  const found: Issue[] = [];
  if (count > POOLS_MAX)
    found.push(wrongValue(pools.path, `${count} pools; at most ${POOLS_MAX} are possible`));
  if (backends > BACKENDS_MAX)
    found.push(
      wrongValue(
        pools.path,
        `${backends} backends in all pools together; at most ${BACKENDS_MAX} are possible`,
      ),
    );
  return found;
}
