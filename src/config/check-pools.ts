import { checkSource } from './check-source.ts';
import { type Issue, warning, wrongValue } from './issue.ts';
import { BACKENDS_MAX, POOLS_MAX } from './limits.ts';
import { at, items, keysOf, type Raw, text, values } from './raw.ts';
import { formatPath, quote } from './show.ts';

/** Pools and backends: none that is not used, none twice, no more than there are rows for. */
export function checkPools(root: Raw): Issue[] {
  const pools = at(root, 'pools');
  const used = usedPools(root);
  const found = values(pools).flatMap((pool) => [
    ...repeatedBackends(items(at(pool, 'backends'))),
    ...checkSource(pool),
  ]);
  for (const name of keysOf(pools))
    if (!used.has(name)) found.push(warning([...pools.path, name], 'no route leads to this pool'));
  return [...found, ...tooMany(pools)];
}

function usedPools(root: Raw): Set<string> {
  const used = new Set<string>();
  for (const listener of items(at(root, 'listeners')))
    for (const place of [listener, ...items(at(listener, 'routes'))]) used.add(text(at(place, 'to')) ?? '');
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
