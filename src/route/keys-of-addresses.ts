import type { Address } from '../core/address.ts';
import { formatAddress, hostOf } from '../core/address.ts';
import { anyCidrContains, type Cidr } from '../core/cidr.ts';
import { formatCidr } from '../core/format-cidr.ts';
import type { Key } from './key.ts';
import type { Known } from './known.ts';
import { verdictOf } from './verdict.ts';

const port: Key<'port'> = {
  name: 'port',
  compile: (ranges) => (known) => {
    const at = portOf(known.destination);
    return verdictOf(at !== null && ranges.some(({ from, to }) => from <= at && at <= to));
  },
  wanted: (ranges) => ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)),
  seen: ({ destination }) => (portOf(destination) === null ? [] : [`${portOf(destination)}`]),
};

/** The keys that need no byte of the client: where it comes from and where it goes. */
export const KEYS_OF_ADDRESSES = {
  source: networkKey(
    'source',
    ({ source }) => source,
    ({ source }) => (source === '' ? [] : [source]),
  ),
  destination: networkKey(
    'destination',
    ({ destination }) => hostOf(destination),
    ({ destination }) => texts(destination),
  ),
  port,
  originalDestination: networkKey(
    'original_destination',
    ({ original }) => hostOf(original),
    ({ original }) => texts(original),
  ),
} satisfies { readonly [K in 'port' | NetworkKey]: Key<K> };

type NetworkKey = 'source' | 'destination' | 'originalDestination';

/** `hostOf` gives the IP address as text, '' for what lies in no network. */
function networkKey(
  name: string,
  hostOf: (known: Known) => string,
  seen: (known: Known) => readonly string[],
): Key<NetworkKey> {
  return {
    name,
    compile: (networks: readonly Cidr[]) => (known) => verdictOf(anyCidrContains(networks, hostOf(known))),
    wanted: (networks) => networks.map(formatCidr),
    seen,
  };
}

function portOf(address: Address | null): number | null {
  return address?.kind === 'tcp' ? address.port : null;
}

function texts(address: Address | null): readonly string[] {
  return address === null ? [] : [formatAddress(address)];
}
