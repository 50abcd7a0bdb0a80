import { parseAddress } from '../core/address.ts';
import { parseIp } from '../core/cidr.ts';
import { type Issue, warning, wrongValue } from './issue.ts';
import { at, has, items, type Raw, text } from './raw.ts';
import { formatPath, quote } from './show.ts';

/** A pool's `connect.source` against its backends: it must be able to reach them, and to do something for one of them. */
export function checkSource(pool: Raw): Issue[] {
  const given = at(at(pool, 'connect'), 'source');
  const source = has(given, 'address') ? at(given, 'address') : given;
  const from = parseIp(text(source) ?? '');
  if (from === null && source.value !== 'client') return [];
  const backends = items(at(pool, 'backends')).map(addressOf);
  if (backends.length > 0 && backends.every((raw) => text(raw)?.startsWith('unix:')))
    return [warning(source.path, 'does nothing, since all backends of this pool are Unix sockets')];
  if (from === null) return [];
  const other = backends.find((raw) => (ipOf(raw)?.length ?? from.length) !== from.length);
  if (other === undefined) return [];
  const [here, there] = from.length === 4 ? ['IPv4', 'IPv6'] : ['IPv6', 'IPv4'];
  const why = `${here} and cannot reach ${formatPath(other.path)}, which is ${there}`;
  return [
    wrongValue(source.path, `${quote(text(source) ?? '')} is ${why}; expected a pool for each of them`),
  ];
}

function addressOf(backend: Raw): Raw {
  return text(backend) === null ? at(backend, 'address') : backend;
}

/** The bytes of a backend's IP address; null where it has a name, a path or none that can be read. */
function ipOf(raw: Raw): number[] | null {
  const address = parseAddress(text(raw) ?? '');
  return typeof address === 'string' || address.kind === 'unix' ? null : parseIp(address.host);
}
