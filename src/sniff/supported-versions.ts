import { OFFERED_TLS_VERSIONS, type OfferedTlsVersion } from '../core/sniffed.ts';
import { uint16 } from './numbers.ts';
import { vectorEnd } from './vector.ts';

/** SSL 3. The next are numbered from there. */
const VERSION_FIRST = 0x0300;
const VERSION_LAST = VERSION_FIRST + OFFERED_TLS_VERSIONS.length - 1;
/** What `legacy_version` can say: TLS 1.3 is offered by an extension alone. RFC 8446, 4.1.2. */
export const LEGACY_VERSION_MAX = 0x0303;

/**
 * The highest version known to us in a supported_versions extension. RFC 8446, 4.2.1. GREASE (RFC 8701, 2) and versions
 * not known are passed over; undefined where no other is there, or where it is malformed.
 */
export function readSupportedVersions(extension: Uint8Array): OfferedTlsVersion | undefined {
  if (vectorEnd(extension, 0, 1, 2) !== extension.length || extension.length % 2 === 0) return undefined;
  let highest = 0;
  for (let at = 1; at < extension.length; at += 2) {
    const version = uint16(extension, at);
    if (version <= VERSION_LAST && version > highest) highest = version;
  }
  return offeredVersion(highest, VERSION_LAST);
}

/** The name of a version, which is taken for `max` where it is higher; undefined below SSL 3. */
export function offeredVersion(version: number, max: number): OfferedTlsVersion | undefined {
  return OFFERED_TLS_VERSIONS[Math.min(version, max) - VERSION_FIRST];
}
