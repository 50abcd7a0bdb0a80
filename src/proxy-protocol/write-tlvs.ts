import {
  PROXY_ALPN_BYTES_MAX,
  PROXY_AUTHORITY_BYTES_MAX,
  PROXY_TEXT_BYTES_MAX,
  PROXY_TLVS_MAX,
  PROXY_UNIQUE_ID_BYTES_MAX,
  type ProxySsl,
  type ProxyTlv,
  type ProxyTlvs,
} from '../core/proxy-header.ts';
import { fromLatin1, fromUtf8 } from './bytes.ts';
import { hex } from './reading.ts';
import { SSL_CLIENT, SSL_HEADER_BYTES, SSL_TLV, TLV, TLV_HEADER_BYTES } from './tlv-types.ts';
import { formatTraceparent } from './traceparent.ts';

/** One that is to be sent. */
interface Wanted {
  /** As `formatProxyHeader` calls it. */
  readonly name: string;
  readonly type: number;
  /** null: there is none to send; undefined: it cannot be written. */
  readonly value: Uint8Array | null | undefined;
  readonly bytesMax: number;
}

interface Packed {
  readonly bytes: Uint8Array;
  readonly leftOut: readonly string[];
}

/** The TLVs one after another, in at most `room` bytes; the known ones come first. `withCrc`: a checksum stands before them. */
export function writeTlvs(tlvs: ProxyTlvs, room: number, withCrc: boolean): Packed {
  const known: Wanted[] = [
    wanted('traceparent', TLV.traceparent, tlvs.traceparent && fromUtf8(formatTraceparent(tlvs.traceparent))),
    wanted('authority', TLV.authority, utf8OrNull(tlvs.authority), PROXY_AUTHORITY_BYTES_MAX),
    wanted('alpn', TLV.alpn, latin1OrNull(tlvs.alpn), PROXY_ALPN_BYTES_MAX),
    wanted('unique_id', TLV.uniqueId, tlvs.uniqueId, PROXY_UNIQUE_ID_BYTES_MAX),
    wanted('netns', TLV.netns, utf8OrNull(tlvs.netns)),
  ];
  const first = pack(known, room, PROXY_TLVS_MAX);
  const count = known.length + (withCrc ? 1 : 0) + (tlvs.ssl === null ? 0 : 1);
  const ssl = writeSsl(tlvs.ssl, room - first.bytes.length);
  const left = room - first.bytes.length - ssl.bytes.length;
  const rest = pack(tlvs.others.map(asWanted), left, PROXY_TLVS_MAX - count);
  return {
    bytes: concatenated([first.bytes, ssl.bytes, rest.bytes]),
    leftOut: [...first.leftOut, ...ssl.leftOut, ...rest.leftOut],
  };
}

function writeSsl(ssl: ProxySsl | null, room: number): Packed {
  if (ssl === null) return { bytes: new Uint8Array(0), leftOut: [] };
  const roomInside = room - TLV_HEADER_BYTES - SSL_HEADER_BYTES;
  if (roomInside < 0) return { bytes: new Uint8Array(0), leftOut: ['ssl'] };
  const inside = pack(
    [
      wanted('ssl_version', SSL_TLV.version, utf8OrNull(ssl.version)),
      wanted('ssl_common_name', SSL_TLV.commonName, utf8OrNull(ssl.commonName)),
      wanted('ssl_cipher', SSL_TLV.cipher, utf8OrNull(ssl.cipher)),
      wanted('ssl_signature_algorithm', SSL_TLV.signatureAlgorithm, utf8OrNull(ssl.signatureAlgorithm)),
      wanted('ssl_key_algorithm', SSL_TLV.keyAlgorithm, utf8OrNull(ssl.keyAlgorithm)),
      wanted('ssl_group', SSL_TLV.group, utf8OrNull(ssl.group)),
      wanted('ssl_signature_scheme', SSL_TLV.signatureScheme, utf8OrNull(ssl.signatureScheme)),
      wanted('ssl_client_certificate', SSL_TLV.clientCertificate, ssl.clientCertificate, roomInside),
      ...ssl.others.map(asWanted).map((other) => ({ ...other, name: `ssl_${other.name}` })),
    ],
    roomInside,
    PROXY_TLVS_MAX,
  );
  const value = new Uint8Array(SSL_HEADER_BYTES + inside.bytes.length);
  value[0] =
    (ssl.tls ? SSL_CLIENT.tls : 0) |
    (ssl.certificateOnConnection ? SSL_CLIENT.certificateOnConnection : 0) |
    (ssl.certificateInSession ? SSL_CLIENT.certificateInSession : 0);
  new DataView(value.buffer).setUint32(1, ssl.verify);
  value.set(inside.bytes, SSL_HEADER_BYTES);
  return { bytes: tlv(TLV.ssl, value), leftOut: inside.leftOut };
}

function wanted(name: string, type: number, value: Wanted['value'], bytesMax = PROXY_TEXT_BYTES_MAX): Wanted {
  return { name, type, value, bytesMax };
}

/** Padding is not passed on, and a checksum would be that of another header. */
function asWanted({ type, value }: ProxyTlv): Wanted {
  const sendable =
    Number.isInteger(type) && type >= 0 && type <= 0xff && type !== TLV.noop && type !== TLV.crc32c;
  return { name: hex(type), type, value: sendable ? value : undefined, bytesMax: Number.POSITIVE_INFINITY };
}

/** Those that fit, in their order. */
function pack(list: readonly Wanted[], room: number, countMax: number): Packed {
  const parts: Uint8Array[] = [];
  const leftOut: string[] = [];
  let left = room;
  for (const { name, type, value, bytesMax } of list) {
    if (value === null) continue;
    const size = value === undefined ? Number.POSITIVE_INFINITY : TLV_HEADER_BYTES + value.length;
    if (value === undefined || value.length > bytesMax || size > left || parts.length >= countMax)
      leftOut.push(name);
    else {
      parts.push(tlv(type, value));
      left -= size;
    }
  }
  return { bytes: concatenated(parts), leftOut };
}

function tlv(type: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(TLV_HEADER_BYTES + value.length);
  bytes[0] = type;
  new DataView(bytes.buffer).setUint16(1, value.length);
  bytes.set(value, TLV_HEADER_BYTES);
  return bytes;
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function utf8OrNull(text: string | null): Uint8Array | null {
  return text === null ? null : fromUtf8(text);
}

function latin1OrNull(text: string | null): Uint8Array | null | undefined {
  return text === null ? null : (fromLatin1(text) ?? undefined);
}
