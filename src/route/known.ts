import type { Address } from '../core/address.ts';
import type { Findings, Sniffed } from '../core/sniffed.ts';

/** What is known of a connection when it is routed. More can become known; nothing becomes different. */
export interface Known {
  /** null: nothing was read yet, so that the client can turn out to be anything. */
  readonly findings: Findings | null;
  /**
   * The ClientHello of TLS that was terminated here. `findings` are of the bytes inside then, the protocol is `tls` as well
   * as what is inside, and server name and ALPN are those of this hello. null: none was.
   */
  readonly terminated: Sniffed | null;
  /** The client's IP address as text; '' for the client of a Unix socket, which lies in no network. */
  readonly source: string;
  /** What the client connected to, the PROXY header's where there is one; null: nothing with an address. */
  readonly destination: Address | null;
  /** Where a redirected client wanted to go; null: it was not redirected. */
  readonly original: Address | null;
  /** Whether a good client certificate was shown. null: not known; where no TLS can be terminated any more that is no. */
  readonly clientCertificate: boolean | null;
}

/** What is found of a client about which no more can be found. */
export function settled(sniffed: Sniffed): Findings {
  return { sniffed, possible: new Set([sniffed.protocol]), open: false, atLeast: 0 };
}

/** A ClientHello before it is decided whether its TLS is terminated, if it is passed through. */
export function passedThrough(hello: Sniffed, known: Known): Known {
  return { ...known, findings: settled(hello), terminated: null, clientCertificate: false };
}

/** The same if it is terminated: nothing inside was read, and no certificate was asked for. */
export function terminatedWith(hello: Sniffed, known: Known): Known {
  return { ...known, findings: null, terminated: hello, clientCertificate: null };
}
