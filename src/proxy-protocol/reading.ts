import type { ProxyHeader } from '../core/proxy-header.ts';

/** What the first bytes of a connection are. */
export type ProxyRead =
  /** A whole header, of `length` bytes; what comes after belongs to the client. */
  | { readonly kind: 'header'; readonly header: ProxyHeader; readonly length: number }
  /** Can still become one. `atLeast`: with fewer bytes in all than these the answer stays the same. */
  | { readonly kind: 'need-more'; readonly atLeast: number }
  /** No PROXY header, whatever follows. */
  | { readonly kind: 'none' }
  /** Begins like one and is malformed. `why`: one printable line of bounded length. */
  | { readonly kind: 'invalid'; readonly why: string };

export const NONE: ProxyRead = { kind: 'none' };

export function needMore(atLeast: number): ProxyRead {
  return { kind: 'need-more', atLeast };
}

export function invalid(why: string): ProxyRead {
  return { kind: 'invalid', why };
}

/** A byte as messages show it. */
export function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}
