import type { StickyPlan } from '../core/plan.ts';
import type { ProxyTlvs } from '../core/proxy-header.ts';
import type { PickKey } from '../core/upstreams.ts';
import { hostIn, TYPE_ALPN, TYPE_AUTHORITY, TYPE_UNIQUE_ID } from './key-hash.ts';

/** The text by which a client is known to a sticky pool. One that lacks what it is to be known by has its address. */
export function clientKey(key: PickKey, { on, tlv }: Pick<StickyPlan, 'on' | 'tlv'>): string {
  if (on === 'sni' && key.sni !== null) return key.sni;
  const ofTlv = on === 'proxy_tlv' && key.tlvs !== null ? tlvText(key.tlvs, tlv) : null;
  return ofTlv ?? hostIn(key.source);
}

function tlvText(tlvs: ProxyTlvs, type: number): string | null {
  if (type === TYPE_ALPN && tlvs.alpn !== null) return tlvs.alpn;
  if (type === TYPE_AUTHORITY && tlvs.authority !== null) return tlvs.authority;
  const bytes =
    type === TYPE_UNIQUE_ID && tlvs.uniqueId !== null
      ? tlvs.uniqueId
      : tlvs.others.find((other) => other.type === type)?.value;
  return bytes === undefined ? null : Buffer.from(bytes).toString('latin1');
}
