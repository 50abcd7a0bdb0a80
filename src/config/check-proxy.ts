import { hasProxyHeaders } from './check-matches.ts';
import { type Issue, warning, wrongKey, wrongValue } from './issue.ts';
import { at, has, type Raw, text } from './raw.ts';

const WHO =
  'expected "trusted: [10.0.0.0/8]" with the networks of the proxies in front of this one, or "trusted: [0.0.0.0/0, ::/0]" for everybody';

/** PROXY headers need somebody who may send them. */
export function checkProxyIn(listener: Raw): Issue[] {
  const given = at(listener, 'proxy_protocol');
  const beside = at(listener, 'trusted');
  const inside = at(given, 'trusted');
  if (beside.value !== undefined && inside.value !== undefined)
    return [wrongKey(inside.path, 'stands beside proxy_protocol already; keep one of them')];
  const named = beside.value === undefined ? inside : beside;
  if (!hasProxyHeaders(listener))
    return named.value === undefined
      ? []
      : [warning(named.path, 'does nothing without "proxy_protocol: accept" or "require"')];
  const isUnix = text(at(listener, 'listen'))?.startsWith('unix:') ?? false;
  if (isUnix)
    return named.value === undefined
      ? []
      : [
          wrongKey(
            named.path,
            'clients of a Unix socket have no address to compare, and may all send headers; remove this key',
          ),
        ];
  return named.value === undefined
    ? [wrongValue(given.path, `nobody is trusted to send a header; ${WHO}`)]
    : [];
}

/** What a pool sends: TLVs are of the binary header. */
export function checkProxyOut(pool: Raw): Issue[] {
  const given = at(at(pool, 'connect'), 'proxy_protocol');
  if (!has(given, 'tlvs') || at(given, 'version').value !== 'v1') return [];
  return [wrongKey([...given.path, 'tlvs'], 'a header of v1 has no TLVs; expected "version: v2"')];
}
