import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { TlsFacts, TlsVersion } from '../core/tls.ts';

/** Names of a peer's certificate that are kept; a hostile one could have thousands. */
const NAMES_MAX = 32;

/** What is known of a session that stands. */
export interface Stood {
  readonly facts: TlsFacts;
  /** When the certificate of the peer ends, in milliseconds since 1970; null = it showed none. */
  readonly peerEnds: number | null;
}

/**
 * Of a session that stands; to be asked once, since node:tls gives the certificate of a server away with the first call.
 * `verified`: whether the peer's certificate, where it showed one, was found good.
 */
export function factsOf(tls: TLSSocket, verified: boolean): Stood {
  const certificate = tls.getPeerX509Certificate();
  const { servername } = tls as { readonly servername?: string | false | null };
  const facts = {
    version: tls.getProtocol() as TlsVersion,
    cipher: tls.getCipher().name,
    sni: servername ? foldName(servername) : null,
    alpn: tls.alpnProtocol || null,
    resumed: tls.isSessionReused(),
    peer: certificate === undefined ? null : { ...namesOf(certificate), verified },
  };
  return { facts, peerEnds: certificate === undefined ? null : Date.parse(certificate.validTo) };
}

/** A server name as it is compared: lower case, without a trailing dot (RFC 6066, section 3). */
export function foldName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function namesOf(certificate: X509Certificate) {
  const subject = certificate.subject ?? '';
  return {
    subject: subject.split('\n').reverse().join(', '),
    commonName: /^CN=(.*)$/m.exec(subject)?.[1] ?? null,
    names: alternativeNames(certificate.subjectAltName ?? ''),
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}

/** `DNS:a, IP Address:b`; Node quotes those that hold what could be mistaken for another name. */
function alternativeNames(text: string): string[] {
  const names: string[] = [];
  for (const [, name] of text.matchAll(/(?:^|, )[^:,"]+:("(?:[^"\\]|\\.)*"|[^,]*)/g)) {
    if (names.length === NAMES_MAX) break;
    names.push(name ?? '');
  }
  return names;
}
