import * as defaults from './defaults.ts';
import { type Issue, wrongKey, wrongValue } from './issue.ts';
import { at, has, items, type Raw, text } from './raw.ts';
import { quote } from './show.ts';
import { parseDuration } from './units.ts';

/** Bounds of TTLs that leave something between them. */
export function checkResolver(root: Raw): Issue[] {
  const resolver = at(root, 'resolver');
  const [least, most, negative] = [
    durationAt(resolver, 'min_ttl', defaults.TTL_MIN),
    durationAt(resolver, 'max_ttl', defaults.TTL_MAX),
    durationAt(resolver, 'negative_ttl', defaults.NEGATIVE_TTL),
  ];
  if (least === null) return [];
  const found: Issue[] = [];
  if (most !== null && most < least) {
    const key = has(resolver, 'max_ttl') ? 'max_ttl' : 'min_ttl';
    found.push(wrongValue([...resolver.path, key], 'min_ttl is more than max_ttl; expected it to be less'));
  }
  if (negative !== null && negative < least) {
    const key = has(resolver, 'negative_ttl') ? 'negative_ttl' : 'min_ttl';
    found.push(
      wrongValue([...resolver.path, key], 'min_ttl is more than negative_ttl; expected it to be less'),
    );
  }
  return found;
}

/** Keys of a backend that the SRV records of a service say. */
const TOLD_BY_SERVICE = ['address', 'name', 'weight', 'priority'] as const;

/** Each backend that is a map is an address or a service. */
export function checkServices(pool: Raw): Issue[] {
  const seen = new Set<string>();
  return items(at(pool, 'backends')).flatMap((backend) => {
    if (typeof backend.value !== 'object' || backend.value === null || Array.isArray(backend.value))
      return [];
    if (!has(backend, 'srv'))
      return has(backend, 'address')
        ? []
        : [
            wrongValue(
              [...backend.path, 'address'],
              'missing; expected an address such as 127.0.0.1:9000, app.internal:9000, "[::1]:9000" or unix:/run/x.sock',
            ),
          ];
    const told = TOLD_BY_SERVICE.filter((key) => has(backend, key)).map((key) =>
      wrongKey(
        [...backend.path, key],
        `the SRV records say it; expected ${key === 'address' ? 'srv or address' : 'srv without it'}`,
      ),
    );
    const name = (text(at(backend, 'srv')) ?? '').toLowerCase();
    if (name !== '' && seen.has(name))
      told.push(
        wrongValue([...backend.path, 'srv'], `${quote(name)} is there already; expected another name`),
      );
    seen.add(name);
    return told;
  });
}

function durationAt(resolver: Raw, key: string, otherwise: string): number | null {
  return parseDuration(has(resolver, key) ? (text(at(resolver, key)) ?? '') : otherwise);
}
