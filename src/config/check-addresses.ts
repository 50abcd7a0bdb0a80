import { type Address, formatAddress, parseAddress } from '../core/address.ts';
import { overlaps } from '../core/address-overlap.ts';
import { toxiproxyListen } from './check-toxiproxy.ts';
import { type Issue, wrongValue } from './issue.ts';
import { at, has, items, type Raw, text } from './raw.ts';
import { formatPath, quote } from './show.ts';

/** Addresses that cannot both be listened on. */
export function checkAddresses(root: Raw): Issue[] {
  const places = [
    ...items(at(root, 'listeners')).map((listener) => at(listener, 'listen')),
    at(at(at(root, 'telemetry'), 'metrics'), 'prometheus'),
    at(at(root, 'admin'), 'listen'),
    ...(has(root, 'toxiproxy') ? [toxiproxyListen(root)] : []),
  ];
  const taken = new Map<string, { raw: Raw; address: Address }[]>();
  const found: Issue[] = [];
  for (const raw of places) {
    const address = parseAddress(text(raw) ?? '');
    if (typeof address === 'string' || (address.kind === 'tcp' && address.port === 0)) continue;
    const key = address.kind === 'unix' ? formatAddress(address) : String(address.port);
    const neighbours = taken.get(key) ?? [];
    const other = neighbours.find((neighbour) => overlaps(neighbour.address, address));
    if (other === undefined) taken.set(key, [...neighbours, { raw, address }]);
    else found.push(collision(raw, other.raw));
  }
  return found;
}

function collision(raw: Raw, other: Raw): Issue {
  const [here, there] = [text(raw) ?? '', text(other) ?? ''];
  const why = here === there ? 'listens there already' : `has ${quote(there)}, which overlaps with it`;
  return wrongValue(raw.path, `${quote(here)} is taken: ${formatPath(other.path)} ${why}`);
}
