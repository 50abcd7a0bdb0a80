import type { Protocol, Sniffed } from '../core/sniffed.ts';

/**
 * The most bytes a sniffer is given or asks for. A client not recognised by the first so many is `unknown`, whatever
 * the listener's own limit on peeking says.
 */
export const SNIFF_BYTES_MAX = 64 * 1024;

/** What a sniffer makes of the bytes so far. */
export type Verdict = Match | NeedMore | { readonly kind: 'no-match' };

export interface Match {
  readonly kind: 'match';
  readonly sniffed: Sniffed;
  /** The protocol is certain, but from so many bytes on more fields may follow. Absent: that is all. */
  readonly atLeast?: number;
  readonly resume?: number;
}

export interface NeedMore {
  readonly kind: 'need-more';
  /**
   * How many bytes there must be in total, from the first byte of the connection, before the answer can change in
   * either direction: with fewer it is still `need-more`. More than there are now.
   */
  readonly atLeast: number;
  /** What to pass to the sniffer with more bytes of the same client, so that it need not begin again. Absent: 0. */
  readonly resume?: number;
}

/**
 * Recognises one protocol by the first bytes a client sends, all of them from the first. Pure: it changes and keeps
 * nothing, never throws, and allocates in proportion to the bytes it was given, never to a length that they claim.
 *
 * The answer is final: once it is `match` or `no-match` for some bytes, it is the same for every continuation of them,
 * but that fields may be added to a match that says `atLeast`. It comes with the first byte that settles it, so that
 * nobody waits for a client that has said enough.
 *
 * `resume` is what the sniffer itself returned for fewer bytes of the same client, and saves work only: without it, or
 * with 0, the answer is the same.
 */
export type Sniffer = (bytes: Uint8Array, resume?: number) => Verdict;

/** A sniffer and the name it gives. */
export interface NamedSniffer {
  readonly protocol: Protocol;
  readonly sniffer: Sniffer;
  /** A rule of the config may claim the bytes of a known protocol, and then goes before it. */
  readonly isRule: boolean;
}

export const NO_MATCH: Verdict = { kind: 'no-match' };

/** `need-more`, or `no-match` where that would be more than SNIFF_BYTES_MAX. */
export function needMore(atLeast: number, resume = 0): Verdict {
  return atLeast > SNIFF_BYTES_MAX ? NO_MATCH : { kind: 'need-more', atLeast, resume };
}

/** A match to which fields may be added; a plain one where that would take more than SNIFF_BYTES_MAX. */
export function matchSoFar(sniffed: Sniffed, atLeast: number, resume = 0): Match {
  return atLeast > SNIFF_BYTES_MAX ? { kind: 'match', sniffed } : { kind: 'match', sniffed, atLeast, resume };
}
