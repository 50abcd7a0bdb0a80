import { PROXY_TLVS_MAX, type ProxyTlv } from '../core/proxy-header.ts';
import { copy, uint16 } from './bytes.ts';
import { hex } from './reading.ts';
import { TLV, TLV_HEADER_BYTES } from './tlv-types.ts';

/** Where a TLV's value lies in a header. */
export interface TlvPlace {
  readonly type: number;
  readonly from: number;
  readonly to: number;
}

/**
 * The TLVs that fill the bytes from `from` to `to`, but for padding (NOOP), at most PROXY_TLVS_MAX; a string that says
 * what is wrong where they do not. `where` is put before it.
 */
export function walkTlvs(bytes: Uint8Array, from: number, to: number, where: string): TlvPlace[] | string {
  const places: TlvPlace[] = [];
  for (let at = from; at < to; ) {
    if (at + TLV_HEADER_BYTES > to)
      return `${where}: ${to - at} bytes are left at byte ${at + 1}, where a TLV has at least ${TLV_HEADER_BYTES}`;
    const type = bytes[at] as number;
    const length = uint16(bytes, at + 1);
    const start = at + TLV_HEADER_BYTES;
    if (start + length > to)
      return `${where}: the TLV of type ${hex(type)} at byte ${at + 1} claims ${length} bytes, where ${to - start} are left`;
    at = start + length;
    if (type === TLV.noop) continue;
    if (places.length === PROXY_TLVS_MAX) return `${where}: more than ${PROXY_TLVS_MAX} TLVs`;
    places.push({ type, from: start, to: at });
  }
  return places;
}

/** A copy of a TLV, to be kept. */
export function tlvAt(bytes: Uint8Array, { type, from, to }: TlvPlace): ProxyTlv {
  return { type, value: copy(bytes, from, to) };
}
