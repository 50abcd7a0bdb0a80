import { readHostName } from './host-name.ts';
import { vectorEnd } from './vector.ts';

const NAME_TYPE_HOST_NAME = 0;

/**
 * The host name in a server_name extension, in lower case and without a trailing dot. RFC 6066, 3.
 * undefined where the extension is malformed, where it has no host name or more than one, and where that is none, as
 * `readHostName` says.
 */
export function readServerName(extension: Uint8Array): string | undefined {
  if (vectorEnd(extension, 0, 2, 1) !== extension.length) return undefined;
  let nameAt = -1;
  let nameEnd = -1;
  for (let at = 2; at < extension.length; ) {
    const next = vectorEnd(extension, at + 1, 2, 1);
    if (next < 0) return undefined;
    if (extension[at] === NAME_TYPE_HOST_NAME) {
      if (nameAt >= 0) return undefined;
      nameAt = at + 3;
      nameEnd = next;
    }
    at = next;
  }
  return nameAt < 0 ? undefined : readHostName(extension, nameAt, nameEnd);
}
