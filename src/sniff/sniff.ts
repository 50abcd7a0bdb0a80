import type { Sniffed } from '../core/plan.ts';
import { SNIFF_BYTES_MAX, type Sniffer } from './sniffer.ts';
import { SNIFFERS } from './table.ts';

/** What is known of a client by its first bytes. */
export type SniffResult =
  | { readonly done: true; readonly sniffed: Sniffed }
  | {
      readonly done: false;
      /** Asking again is of no use before this many bytes are there, in total; unless the end has come. */
      readonly atLeast: number;
    };

const ALL: readonly Sniffer[] = Object.values(SNIFFERS);

const UNKNOWN: SniffResult = { done: true, sniffed: { protocol: 'unknown' } };

/**
 * Recognises a client by its first bytes, all of them from the first; changes and keeps none. Never throws.
 *
 * `atEnd` says that no more bytes will be looked at: the client sent FIN, the listener's limit on bytes is reached, or
 * its deadline has passed. What is not recognised by then is `unknown`, also where it had begun like a protocol: half
 * a ClientHello is `unknown` and not `tls`. Without `atEnd` it is `unknown` as soon as no sniffer can match any more,
 * at the latest after SNIFF_BYTES_MAX bytes.
 */
export function sniff(bytes: Uint8Array, atEnd: boolean): SniffResult {
  const seen = bytes.length > SNIFF_BYTES_MAX ? bytes.subarray(0, SNIFF_BYTES_MAX) : bytes;
  let atLeast = Number.POSITIVE_INFINITY;
  for (const sniffer of ALL) {
    const verdict = sniffer(seen);
    if (verdict.kind === 'match') return { done: true, sniffed: verdict.sniffed };
    if (verdict.kind === 'need-more') atLeast = Math.min(atLeast, verdict.atLeast);
  }
  return atEnd || atLeast === Number.POSITIVE_INFINITY ? UNKNOWN : { done: false, atLeast };
}
