import type { Mutable } from '../core/mutable.ts';
import {
  NO_PROXY_TLVS,
  PROXY_ALPN_BYTES_MAX,
  PROXY_AUTHORITY_BYTES_MAX,
  PROXY_TEXT_BYTES_MAX,
  PROXY_UNIQUE_ID_BYTES_MAX,
  type ProxyTlv,
  type ProxyTlvs,
} from '../core/proxy-header.ts';
import { copy, latin1, uint32, utf8 } from './bytes.ts';
import { headerCrc } from './header-crc.ts';
import { readSsl } from './read-ssl.ts';
import { hex } from './reading.ts';
import { TLV } from './tlv-types.ts';
import { traceparentOf } from './traceparent.ts';
import { type TlvPlace, tlvAt, walkTlvs } from './walk-tlvs.ts';

/** `not-tlvs`: the bytes are no row of TLVs; `wrong`: they are, and say something that cannot be. */
export type TlvsRead =
  | { readonly kind: 'tlvs'; readonly tlvs: ProxyTlvs }
  | { readonly kind: 'not-tlvs' | 'wrong'; readonly why: string };

type Draft = Mutable<ProxyTlvs>;

const CRC_BYTES = 4;

/** Reads the TLVs of a whole header of version 2, which begin at `from` and end with it, and checks its checksum. */
export function readTlvs(header: Uint8Array, from: number): TlvsRead {
  const places = walkTlvs(header, from, header.length, 'version 2');
  if (typeof places === 'string') return { kind: 'not-tlvs', why: places };
  const wrongCrc = checkCrc(header, places);
  if (wrongCrc !== null) return { kind: 'wrong', why: wrongCrc };

  const draft: Draft = { ...NO_PROXY_TLVS };
  const others: ProxyTlv[] = [];
  for (const place of places) {
    if (place.type === TLV.crc32c) continue;
    if (place.type === TLV.ssl && draft.ssl === null) {
      const ssl = readSsl(header, place);
      if (typeof ssl === 'string') return { kind: 'not-tlvs', why: ssl };
      draft.ssl = ssl;
    } else if (!take(draft, header, place)) others.push(tlvAt(header, place));
  }
  draft.others = others;
  return { kind: 'tlvs', tlvs: draft };
}

/** Whether the draft had room for a value of this type, and the value is one that can be used. */
function take(draft: Draft, header: Uint8Array, place: TlvPlace): boolean {
  switch (place.type) {
    case TLV.alpn:
      return fill(draft, 'alpn', withinLimit(place, PROXY_ALPN_BYTES_MAX) ? asLatin1(header, place) : null);
    case TLV.authority:
      return fill(
        draft,
        'authority',
        withinLimit(place, PROXY_AUTHORITY_BYTES_MAX) ? asUtf8(header, place) : null,
      );
    case TLV.uniqueId:
      return fill(
        draft,
        'uniqueId',
        withinLimit(place, PROXY_UNIQUE_ID_BYTES_MAX) ? copy(header, place.from, place.to) : null,
      );
    case TLV.netns:
      return fill(draft, 'netns', withinLimit(place, PROXY_TEXT_BYTES_MAX) ? asUtf8(header, place) : null);
    case TLV.traceparent:
      return fill(
        draft,
        'traceparent',
        withinLimit(place, PROXY_TEXT_BYTES_MAX) ? traceparentOf(asLatin1(header, place)) : null,
      );
    default:
      return false;
  }
}

function fill<Key extends keyof Draft>(draft: Draft, key: Key, value: Draft[Key]): boolean {
  if (draft[key] !== null || value === null) return false;
  draft[key] = value;
  return true;
}

function withinLimit({ from, to }: TlvPlace, bytesMax: number): boolean {
  return to - from <= bytesMax;
}

function asLatin1(header: Uint8Array, { from, to }: TlvPlace): string {
  return latin1(header, from, to);
}

function asUtf8(header: Uint8Array, { from, to }: TlvPlace): string | null {
  return utf8(header, from, to);
}

/** What is wrong with the checksum; null where it is right, or there is none. */
function checkCrc(header: Uint8Array, places: readonly TlvPlace[]): string | null {
  const [place, second] = places.filter(({ type }) => type === TLV.crc32c);
  if (place === undefined) return null;
  if (second !== undefined) return 'version 2: two checksums (CRC32C), where one belongs';
  if (place.to - place.from !== CRC_BYTES)
    return `version 2: the checksum (CRC32C) has ${place.to - place.from} bytes, where ${CRC_BYTES} belong`;
  const [sent, right] = [uint32(header, place.from), headerCrc(header, place.from)];
  if (sent === right) return null;
  return `version 2: the checksum (CRC32C) is ${hex(sent)}, where ${hex(right)} belongs: the header was changed on its way`;
}
