import type { X509Certificate } from 'node:crypto';

/** Names of one certificate that are heeded. */
export const NAMES_IN_CERTIFICATE_MAX = 1000;

/** `DNS:a.example`; OpenSSL's text with an odd character in it stands in quotes, as JSON. */
const ALTERNATIVE = /([A-Za-z][A-Za-z ]*):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g;

const NAME = /^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/;

/**
 * The server names that a certificate is for, in lower case: its subject alternative names (RFC 9525, 6.3), or the common
 * name where there are none. What is no name of a host, an IP address among them, is left out.
 */
export function certificateNames(certificate: X509Certificate): {
  readonly names: readonly string[];
  readonly isCommonName: boolean;
} {
  const { subjectAltName } = certificate;
  if (subjectAltName !== undefined)
    return { names: namesIn(alternatives(subjectAltName)), isCommonName: false };
  const names = namesIn([/^CN=(.*)$/m.exec(certificate.subject ?? '')?.[1] ?? '']);
  return { names, isCommonName: names.length > 0 };
}

function alternatives(text: string): string[] {
  return [...text.matchAll(ALTERNATIVE)].flatMap(([, kind, value = '']) => (kind === 'DNS' ? [value] : []));
}

function namesIn(texts: readonly string[]): string[] {
  const names = texts.map((text) => text.toLowerCase().replace(/\.$/, '')).filter((text) => NAME.test(text));
  return [...new Set(names)].slice(0, NAMES_IN_CERTIFICATE_MAX);
}
