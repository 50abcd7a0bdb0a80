import type { Address } from '../core/address.ts';
import type { ProxyHeader, ProxyTlvs } from '../core/proxy-header.ts';
import { FAMILY, writeAddresses } from './addresses.ts';
import { headerCrc } from './header-crc.ts';
import {
  COMMAND_AT,
  COMMANDS,
  FIXED_BYTES,
  FORM_AT,
  LENGTH_AT,
  TRANSPORTS,
  V2_SIGNATURE,
  VERSION,
} from './layout-v2.ts';
import { PROXY_V2_BYTES_MAX } from './limits.ts';
import { TLV, TLV_HEADER_BYTES } from './tlv-types.ts';
import { writeTlvs } from './write-tlvs.ts';

export interface ProxyHeaderV2 {
  /** `local` for a connection of one's own, such as a probe: the addresses are not sent. */
  readonly command: ProxyHeader['command'];
  readonly transport: ProxyHeader['transport'];
  readonly source: Address | null;
  readonly destination: Address | null;
  readonly tlvs: ProxyTlvs;
  /** Adds the checksum over the whole header. */
  readonly crc32c: boolean;
}

export interface WrittenProxyHeader {
  readonly bytes: Uint8Array;
  /** What had no room in its field or in the header, by the names that `formatProxyHeader` uses, and `addresses`. */
  readonly leftOut: readonly string[];
}

const CRC_BYTES = 4;

/**
 * The header of version 2, of at most PROXY_V2_BYTES_MAX. Addresses of two families are written as IPv6 where both are
 * IP, with the IPv4 one mapped; other pairs cannot be said, and the header is UNSPEC then and its TLVs all that it says.
 * proxy-protocol.txt, 2.2.
 */
export function writeProxyHeaderV2(said: ProxyHeaderV2): WrittenProxyHeader {
  const addressed = said.command === 'proxy' && said.transport !== 'unspecified';
  const addresses = addressed ? writeAddresses(said.source, said.destination) : null;
  const { family, bytes: block } = addresses ?? { family: FAMILY.unspec, bytes: new Uint8Array(0) };
  const crcBytes = said.crc32c ? TLV_HEADER_BYTES + CRC_BYTES : 0;
  const tlvsAt = FIXED_BYTES + block.length + crcBytes;
  const tlvs = writeTlvs(said.tlvs, PROXY_V2_BYTES_MAX - tlvsAt, crcBytes > 0);

  const bytes = new Uint8Array(tlvsAt + tlvs.bytes.length);
  const view = new DataView(bytes.buffer);
  bytes.set(V2_SIGNATURE);
  view.setUint8(COMMAND_AT, (VERSION << 4) | COMMANDS.indexOf(said.command));
  view.setUint8(FORM_AT, addresses === null ? 0 : (family << 4) | TRANSPORTS.indexOf(said.transport));
  view.setUint16(LENGTH_AT, bytes.length - FIXED_BYTES);
  bytes.set(block, FIXED_BYTES);
  bytes.set(tlvs.bytes, tlvsAt);
  if (said.crc32c) {
    const at = tlvsAt - CRC_BYTES;
    view.setUint8(at - TLV_HEADER_BYTES, TLV.crc32c);
    view.setUint16(at - 2, CRC_BYTES);
    view.setUint32(at, headerCrc(bytes, at));
  }
  return { bytes, leftOut: addressed && addresses === null ? ['addresses', ...tlvs.leftOut] : tlvs.leftOut };
}
