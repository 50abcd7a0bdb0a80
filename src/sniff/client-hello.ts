import type { OfferedTlsVersion } from '../core/sniffed.ts';
import { readAlpn } from './alpn.ts';
import { uint16 } from './numbers.ts';
import { readServerName } from './server-name.ts';
import { LEGACY_VERSION_MAX, offeredVersion, readSupportedVersions } from './supported-versions.ts';
import { vectorEnd } from './vector.ts';

/** What a ClientHello says of where it wants to go. Absent: not said, or not in a valid way. */
export interface ClientHello {
  readonly sni?: string;
  readonly alpn?: readonly string[];
  readonly tlsVersion?: OfferedTlsVersion;
  /** An encrypted ClientHello is in it, or GREASE in its place; `sni` is the outer name then. */
  readonly ech?: true;
}

const VERSION_MAJOR = 3;
const SESSION_ID_AT = 2 + 32;
const SESSION_ID_BYTES_MAX = 32;
const EXTENSION_SERVER_NAME = 0;
const EXTENSION_ALPN = 16;
const EXTENSION_SUPPORTED_VERSIONS = 43;
/** RFC 9849, 5. */
const EXTENSION_ENCRYPTED_CLIENT_HELLO = 0xfe0d;
const ECH_OUTER = 0;

/**
 * Reads the body of a ClientHello, the message without its header. RFC 8446, 4.1.2; extensions may be missing, as they
 * may in RFC 5246. Extensions that are not wanted, GREASE among them (RFC 8701), are skipped unread.
 * null where the lengths do not add up, or where one that is wanted comes twice, which RFC 8446, 4.2 forbids: proxy and
 * backend might follow different ones.
 */
export function parseClientHello(body: Uint8Array): ClientHello | null {
  if (body[0] !== VERSION_MAJOR) return null;
  const suitesAt = vectorEnd(body, SESSION_ID_AT, 1, 0, SESSION_ID_BYTES_MAX);
  const compressionAt = vectorEnd(body, suitesAt, 2, 2);
  const extensionsAt = vectorEnd(body, compressionAt, 1, 1);
  if (extensionsAt < 0 || (compressionAt - suitesAt) % 2 !== 0) return null;
  const legacy = offeredVersion(uint16(body, 0), LEGACY_VERSION_MAX);
  if (extensionsAt === body.length) return legacy === undefined ? {} : { tlsVersion: legacy };
  if (vectorEnd(body, extensionsAt, 2, 0) !== body.length) return null;
  return readExtensions(body, extensionsAt + 2, legacy);
}

function readExtensions(
  body: Uint8Array,
  from: number,
  legacy: OfferedTlsVersion | undefined,
): ClientHello | null {
  let serverNameAt = 0;
  let alpnAt = 0;
  let versionsAt = 0;
  let encryptedAt = 0;
  for (let at = from; at < body.length; ) {
    const type = uint16(body, at);
    const next = vectorEnd(body, at + 2, 2, 0);
    if (next < 0) return null;
    if (type === EXTENSION_SERVER_NAME) {
      if (serverNameAt > 0) return null;
      serverNameAt = at + 2;
    } else if (type === EXTENSION_ALPN) {
      if (alpnAt > 0) return null;
      alpnAt = at + 2;
    } else if (type === EXTENSION_SUPPORTED_VERSIONS) {
      if (versionsAt > 0) return null;
      versionsAt = at + 2;
    } else if (type === EXTENSION_ENCRYPTED_CLIENT_HELLO) {
      if (encryptedAt > 0) return null;
      encryptedAt = at + 2;
    }
    at = next;
  }
  const sni = serverNameAt === 0 ? undefined : readServerName(content(body, serverNameAt));
  const alpn = alpnAt === 0 ? undefined : readAlpn(content(body, alpnAt));
  const tlsVersion = versionsAt === 0 ? legacy : readSupportedVersions(content(body, versionsAt));
  const isEncrypted = encryptedAt > 0 && content(body, encryptedAt)[0] === ECH_OUTER;
  return {
    ...(sni === undefined ? {} : { sni }),
    ...(alpn === undefined ? {} : { alpn }),
    ...(tlsVersion === undefined ? {} : { tlsVersion }),
    ...(isEncrypted ? { ech: true } : {}),
  };
}

/** What stands in an extension whose length is at `at`. */
function content(body: Uint8Array, at: number): Uint8Array {
  return body.subarray(at + 2, at + 2 + uint16(body, at));
}
