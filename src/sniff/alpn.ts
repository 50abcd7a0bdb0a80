import { vectorEnd } from './vector.ts';

/** More names than this are taken for an attack on memory; fewer are registered. */
export const ALPN_NAMES_MAX = 32;

/**
 * The protocol names in an ALPN extension, in the client's order, one character per byte. RFC 7301, 3.1. GREASE values
 * (RFC 8701, 2) are left out. undefined where the extension is malformed, has more than ALPN_NAMES_MAX names, or where
 * no name is left.
 */
export function readAlpn(extension: Uint8Array): readonly string[] | undefined {
  if (vectorEnd(extension, 0, 2, 2) !== extension.length) return undefined;
  const names: string[] = [];
  let count = 0;
  for (let at = 2; at < extension.length; ) {
    const next = vectorEnd(extension, at, 1, 1);
    if (next < 0 || ++count > ALPN_NAMES_MAX) return undefined;
    const name = extension.subarray(at + 1, next);
    if (!isGrease(name)) names.push(text(name));
    at = next;
  }
  return names.length === 0 ? undefined : names;
}

/** Two equal bytes of the form 0x?A. */
function isGrease(name: Uint8Array): boolean {
  return name.length === 2 && name[0] === name[1] && ((name[0] as number) & 0x0f) === 0x0a;
}

function text(name: Uint8Array): string {
  let result = '';
  for (let i = 0; i < name.length; i++) result += String.fromCharCode(name[i] as number);
  return result;
}
