import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { TLS_VERSIONS, type TlsFacts } from './tls.ts';

/** Most bytes of a cipher, a name or a subject; a longer one is cut. */
export const FACT_TLS_TEXT_BYTES_MAX = 256;

/** Most names of a certificate; the others are left out. */
export const FACT_CERTIFICATE_NAMES_MAX = 8;

/** Writes a session, or that there is none. */
export function encodeTls(tls: TlsFacts | null, into: ByteWriter): void {
  into.uint8(tls === null ? 0 : 1);
  if (tls === null) return;
  into.uint8(TLS_VERSIONS.indexOf(tls.version));
  into.text(tls.cipher, FACT_TLS_TEXT_BYTES_MAX);
  into.text(tls.sni, FACT_TLS_TEXT_BYTES_MAX);
  into.text(tls.alpn, FACT_TLS_TEXT_BYTES_MAX);
  into.uint8(tls.resumed ? 1 : 0);
  const { peer } = tls;
  into.uint8(peer === null ? 0 : 1);
  if (peer === null) return;
  into.text(peer.subject, FACT_TLS_TEXT_BYTES_MAX);
  into.text(peer.commonName, FACT_TLS_TEXT_BYTES_MAX);
  const names = peer.names.slice(0, FACT_CERTIFICATE_NAMES_MAX);
  into.uint8(names.length);
  for (const name of names) into.text(name, FACT_TLS_TEXT_BYTES_MAX);
  into.text(peer.fingerprint, FACT_TLS_TEXT_BYTES_MAX);
  into.uint8(peer.verified ? 1 : 0);
}

/** What `encodeTls` wrote. Throws a RangeError where it is damaged. */
export function decodeTls(from: ByteReader): TlsFacts | null {
  if (!from.flag()) return null;
  return {
    version: from.oneOf(TLS_VERSIONS),
    cipher: from.text(),
    sni: from.textOrNull(),
    alpn: from.textOrNull(),
    resumed: from.flag(),
    peer: from.flag() ? decodePeer(from) : null,
  };
}

function decodePeer(from: ByteReader): TlsFacts['peer'] {
  return {
    subject: from.text(),
    commonName: from.textOrNull(),
    names: decodeNames(from),
    fingerprint: from.text(),
    verified: from.flag(),
  };
}

function decodeNames(from: ByteReader): string[] {
  const count = from.uint8();
  if (count > FACT_CERTIFICATE_NAMES_MAX)
    from.damaged(`${count} names, at most ${FACT_CERTIFICATE_NAMES_MAX} belong here`);
  return Array.from({ length: count }, () => from.text());
}
