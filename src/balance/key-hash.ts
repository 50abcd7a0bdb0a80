import { hashBytes, hashText } from '../core/hash.ts';
import type { HashPlan } from '../core/plan.ts';
import type { ProxyTlvs } from '../core/proxy-header.ts';
import type { PickKey } from '../core/upstreams.ts';

/** How IPv4 addresses look on a socket that is open to both families. */
const MAPPED_PREFIX = '::ffff:';

/** Types of TLVs that are read into fields of their own (proxy-protocol.txt, 2.2). */
export const TYPE_ALPN = 0x01;
export const TYPE_AUTHORITY = 0x02;
export const TYPE_UNIQUE_ID = 0x05;

/** The hash by which a connection finds its backend. Of one that lacks what is hashed, that of its source. */
export function keyHash(key: PickKey, { on, tlv }: Pick<HashPlan, 'on' | 'tlv'>): number {
  if (on === 'sni' && key.sni !== null) return hashText(key.sni);
  const ofTlv = on === 'proxy_tlv' && key.tlvs !== null ? tlvHash(key.tlvs, tlv) : null;
  return ofTlv ?? hashHost(key.source);
}

function tlvHash(tlvs: ProxyTlvs, type: number): number | null {
  if (type === TYPE_ALPN && tlvs.alpn !== null) return hashText(tlvs.alpn);
  if (type === TYPE_AUTHORITY && tlvs.authority !== null) return hashText(tlvs.authority);
  if (type === TYPE_UNIQUE_ID && tlvs.uniqueId !== null) return hashBytes(tlvs.uniqueId);
  for (let at = 0; at < tlvs.others.length; at++) {
    const other = tlvs.others[at];
    if (other?.type === type) return hashBytes(other.value);
  }
  return null;
}

/**
 * Hash of the host in `1.2.3.4`, `1.2.3.4:5`, `::1`, `[::1]:5` or `unix:…` (all clients of Unix sockets are one). The port
 * and the `::ffff:` of a mapped IPv4 address are left out of account.
 */
export function hashHost(client: string): number {
  findHost(client);
  return hashText(client, hostFrom, hostTo);
}

/** The host that `hashHost` hashes, as text. */
export function hostIn(client: string): string {
  findHost(client);
  return client.slice(hostFrom, hostTo);
}

/** Where the last host was found. */
let hostFrom = 0;
let hostTo = 0;

function findHost(client: string): void {
  hostFrom = 0;
  hostTo = client.length;
  const colon = client.indexOf(':');
  if (client.charCodeAt(0) === 0x5b) {
    hostFrom = 1;
    hostTo = client.indexOf(']') < 0 ? hostTo : client.indexOf(']');
  } else if (colon >= 0 && colon === client.lastIndexOf(':')) hostTo = colon;
  if (client.startsWith(MAPPED_PREFIX, hostFrom) && client.includes('.', hostFrom))
    hostFrom += MAPPED_PREFIX.length;
}
