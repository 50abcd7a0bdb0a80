import type { Sniffed } from '../core/plan.ts';

/**
 * The most bytes a sniffer is given or asks for. A client not recognised by the first so many is `unknown`, whatever
 * the listener's own limit on peeking says.
 */
export const SNIFF_BYTES_MAX = 64 * 1024;

/** What a sniffer makes of the bytes so far. */
export type Verdict =
  | { readonly kind: 'match'; readonly sniffed: Sniffed }
  | { readonly kind: 'no-match' }
  | {
      readonly kind: 'need-more';
      /**
       * How many bytes there must be in total, from the first byte of the connection, before the answer can change in
       * either direction: with fewer it is still `need-more`. More than there are now.
       */
      readonly atLeast: number;
    };

/**
 * Recognises one protocol by the first bytes a client sends, all of them from the first. Pure: it changes and keeps
 * nothing, never throws, and allocates in proportion to the bytes it was given, never to a length that they claim.
 *
 * The answer is final: once it is `match` or `no-match` for some bytes, it is the same for every continuation of them.
 * It comes with the first byte that settles it, so that nobody waits for a client that has said enough.
 */
export type Sniffer = (bytes: Uint8Array) => Verdict;

export const NO_MATCH: Verdict = { kind: 'no-match' };

/** `need-more`, or `no-match` where that would be more than SNIFF_BYTES_MAX. */
export function needMore(atLeast: number): Verdict {
  return atLeast > SNIFF_BYTES_MAX ? NO_MATCH : { kind: 'need-more', atLeast };
}
