/** A network: the address in 4 or 16 bytes and how many leading bits count. */
export interface Cidr {
  readonly bytes: readonly number[];
  readonly bits: number;
}

/** Bits of the prefix ::ffff:0:0/96, in which IPv6 maps IPv4 (RFC 4291, 2.5.5.2). */
const MAPPED_BITS = 96;

/** Reads `10.0.0.0/8`, `::1/128` or a bare address, an IPv4-mapped network as the IPv4 one it stands for; a string that says what is wrong where it is neither. */
export function parseCidr(text: string): Cidr | string {
  const slash = text.indexOf('/');
  const host = slash < 0 ? text : text.slice(0, slash);
  const bytes = parseIp(host);
  if (bytes === null) return `"${host}" is not an IP address`;
  const width = bytes.length * 8;
  if (slash < 0) return asIpv4(bytes, width);
  const bitsText = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(bitsText) || Number(bitsText) > width)
    return `"${bitsText}" is not a prefix length from 0 to ${width}`;
  return asIpv4(bytes, Number(bitsText));
}

function asIpv4(bytes: readonly number[], bits: number): Cidr {
  const plain = unmap(bytes);
  return plain === bytes || bits < MAPPED_BITS ? { bytes, bits } : { bytes: plain, bits: bits - MAPPED_BITS };
}

/**
 * Whether an IP address in text form lies in any of the networks; the text is parsed once. An IPv4-mapped IPv6 address
 * counts as IPv4, a text that is no address lies in none.
 */
export function anyCidrContains(cidrs: readonly Cidr[], ip: string): boolean {
  if (cidrs.length === 0) return false;
  const bytes = parseIp(ip);
  if (bytes === null) return false;
  const address = unmap(bytes);
  return cidrs.some((cidr) => contains(cidr, address));
}

function contains(cidr: Cidr, address: readonly number[]): boolean {
  if (cidr.bytes.length !== address.length) return false;
  const whole = cidr.bits >> 3;
  for (let i = 0; i < whole; i++) if (cidr.bytes[i] !== address[i]) return false;
  const rest = cidr.bits & 7;
  if (rest === 0) return true;
  const mask = (0xff << (8 - rest)) & 0xff;
  return ((cidr.bytes[whole] ?? 0) & mask) === ((address[whole] ?? 0) & mask);
}

/** The 4 bytes of the IPv4 address that 16 bytes map (RFC 4291, 2.5.5.2); any others as they are. */
export function unmap(bytes: readonly number[]): readonly number[] {
  const mapped =
    bytes.length === 16 && bytes.slice(0, 10).every((b) => b === 0) && bytes[10] === 255 && bytes[11] === 255;
  return mapped ? bytes.slice(12) : bytes;
}

/**
 * The bytes of an IPv4 (4) or IPv6 (16) address, or null where the text is neither. A zone (`%eth0`) is left out of
 * account. RFC 4291 section 2.2 for the IPv6 forms.
 */
export function parseIp(text: string): number[] | null {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): number[] | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  const bytes: number[] = [];
  for (const piece of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(piece) || Number(piece) > 255) return null;
    bytes.push(Number(piece));
  }
  return bytes;
}

function parseIpv6(text: string): number[] | null {
  const zone = text.indexOf('%');
  const bare = zone < 0 ? text : text.slice(0, zone);
  const halves = bare.split('::');
  if (halves.length > 2) return null;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '', true) : [];
  if (head === null || tail === null) return null;
  const gap = 16 - head.length - tail.length;
  if (halves.length === 1 ? gap !== 0 : gap < 2) return null;
  return [...head, ...new Array<number>(gap).fill(0), ...tail];
}

function parseGroups(text: string, mayEndInIpv4: boolean): number[] | null {
  if (text === '') return [];
  const groups = text.split(':');
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    if (group.includes('.')) {
      const tail = mayEndInIpv4 && index === groups.length - 1 ? parseIpv4(group) : null;
      if (tail === null) return null;
      bytes.push(...tail);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return null;
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 255);
    }
  }
  return bytes.length > 16 ? null : bytes;
}
