import { parseIp } from './cidr.ts';

/**
 * Where a socket listens or connects: a TCP host and port, or a Unix path.
 * `host` is an IP literal without brackets, or a name that the plane resolves when it dials.
 */
export type Address =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** Longest path a Unix socket may have (`sun_path` on Linux, less its terminating zero). */
export const UNIX_PATH_BYTES_MAX = 107;

/**
 * Reads `127.0.0.1:80`, `[::1]:80`, `name:80`, `:80` (all IPv4 and IPv6 interfaces) or `unix:/run/x.sock`.
 * Port 0 asks the system for a free one. Returns a string that says what is wrong where the text is no address.
 */
export function parseAddress(text: string): Address | string {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length);
    if (path === '') return 'the path after "unix:" is empty';
    if (Buffer.byteLength(path) > UNIX_PATH_BYTES_MAX)
      return `a socket path has at most ${UNIX_PATH_BYTES_MAX} bytes`;
    return { kind: 'unix', path };
  }
  const colon = text.lastIndexOf(':');
  if (colon < 0) return 'the port is missing';
  const portText = text.slice(colon + 1);
  if (!/^\d{1,5}$/.test(portText) || Number(portText) > 65_535)
    return `"${portText}" is not a port from 0 to 65535`;
  const port = Number(portText);
  const hostText = text.slice(0, colon);
  if (hostText === '') return { kind: 'tcp', host: '::', port };
  if (hostText.startsWith('[')) {
    if (!hostText.endsWith(']')) return 'the bracket around the IPv6 address is not closed';
    const host = hostText.slice(1, -1);
    if (!/^[0-9a-fA-F:.]+(%[\w.-]+)?$/.test(host) || !host.includes(':') || parseIp(host) === null)
      return `"${host}" is not an IPv6 address`;
    return { kind: 'tcp', host, port };
  }
  if (hostText.includes(':')) return 'an IPv6 address stands in brackets: [::1]:80';
  if (!/^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/.test(hostText)) return `"${hostText}" is not a host`;
  if (/^[\d.]+$/.test(hostText) && parseIp(hostText) === null) return `"${hostText}" is not an IPv4 address`;
  return { kind: 'tcp', host: hostText, port };
}

/** The text that `parseAddress` reads back to an equal address. */
export function formatAddress(address: Address): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** The host without the port; '' for a Unix socket, and where there is no address. */
export function hostOf(address: Address | null): string {
  return address?.kind === 'tcp' ? address.host : '';
}
