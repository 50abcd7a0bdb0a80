import type { Findings, Protocol, Sniffed } from '../core/sniffed.ts';
import { type CompiledSniffers, type OpenSniffer, STANDARD_SNIFFERS } from './compile.ts';
import { type Match, type NamedSniffer, SNIFF_BYTES_MAX } from './sniffer.ts';

const UNKNOWN: Sniffed = { protocol: 'unknown' };
const SILENT: Sniffed = { protocol: 'unknown', silent: true };
const NEVER = Number.POSITIVE_INFINITY;
const NOBODY: readonly OpenSniffer[] = [];

/** A match that stands, unless a rule that is still open takes the client. */
interface Found {
  readonly named: NamedSniffer;
  readonly verdict: Match;
}

/**
 * The sniffing of one connection: asks a sniffer again only while it can still say something new. Make one for each
 * connection, and give it all bytes of the client from the first each time, as many as the last time or more.
 */
export class Sniffing {
  readonly #sniffers: CompiledSniffers;
  /** In the order of precedence; null until the first byte is there. With a match, the rules that would go before it. */
  #open: readonly OpenSniffer[] | null = null;
  #found: Found | null = null;
  #last: Findings;

  constructor(sniffers: CompiledSniffers = STANDARD_SNIFFERS) {
    this.#sniffers = sniffers;
    this.#last = { sniffed: null, possible: sniffers.anything, open: true, atLeast: 1 };
  }

  /** As `sniff`. */
  look(bytes: Uint8Array, atEnd: boolean): Findings {
    if (this.#last.open && bytes.length >= this.#last.atLeast) {
      this.#ask(bytes.length > SNIFF_BYTES_MAX ? bytes.subarray(0, SNIFF_BYTES_MAX) : bytes);
      this.#last = this.#findings();
    }
    if (atEnd && this.#last.open)
      return this.#certain(this.#sniffed ?? (bytes.length === 0 ? SILENT : UNKNOWN));
    return this.#last;
  }

  get #sniffed(): Sniffed | null {
    return this.#found === null ? null : this.#found.verdict.sniffed;
  }

  #ask(bytes: Uint8Array): void {
    const open = this.#open ?? (this.#sniffers.byFirstByte[bytes[0] as number] as readonly OpenSniffer[]);
    const found = this.#found;
    let left: OpenSniffer[] | null = null;
    for (const one of open) {
      const { named } = one;
      if (one.atLeast > bytes.length) {
        left = pushed(left, one);
        continue;
      }
      const verdict = named.sniffer(bytes, one.resume);
      if (verdict.kind === 'match') {
        this.#found = { named, verdict };
        this.#open = left?.filter(isRule) ?? NOBODY;
        return;
      }
      if (verdict.kind === 'need-more')
        left = pushed(left, { named, atLeast: verdict.atLeast, resume: verdict.resume ?? 0 });
    }
    this.#open = left ?? NOBODY;
    if (found !== null) this.#found = withMoreFields(found, bytes);
  }

  #findings(): Findings {
    const open = this.#open ?? NOBODY;
    const found = this.#found;
    if (open.length === 0) {
      if (found === null) return this.#certain(UNKNOWN);
      const { sniffed, atLeast } = found.verdict;
      if (atLeast === undefined) return this.#certain(sniffed);
      return { sniffed, possible: this.#alone(sniffed.protocol), open: true, atLeast };
    }
    const possible = new Set<Protocol>();
    let atLeast = found?.verdict.atLeast ?? NEVER;
    for (const one of open) {
      possible.add(one.named.protocol);
      atLeast = Math.min(atLeast, one.atLeast);
    }
    possible.add(found === null ? 'unknown' : found.named.protocol);
    return { sniffed: null, possible, open: true, atLeast };
  }

  #certain(sniffed: Sniffed): Findings {
    return { sniffed, possible: this.#alone(sniffed.protocol), open: false, atLeast: 0 };
  }

  #alone(protocol: Protocol): ReadonlySet<Protocol> {
    return this.#sniffers.alone.get(protocol) as ReadonlySet<Protocol>;
  }
}

function pushed(list: OpenSniffer[] | null, one: OpenSniffer): OpenSniffer[] {
  if (list === null) return [one];
  list.push(one);
  return list;
}

function isRule({ named }: OpenSniffer): boolean {
  return named.isRule;
}

function withMoreFields(found: Found, bytes: Uint8Array): Found {
  const { atLeast = NEVER, resume = 0 } = found.verdict;
  if (atLeast > bytes.length) return found;
  const verdict = found.named.sniffer(bytes, resume);
  return verdict.kind === 'match' ? { named: found.named, verdict } : found;
}
