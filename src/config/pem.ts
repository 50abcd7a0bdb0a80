import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';

/** Certificates in one file: a chain has a few, a bundle of authorities some hundred. */
const CERTIFICATES_IN_FILE_MAX = 1000;

export interface PemCertificate {
  readonly pem: string;
  readonly x509: X509Certificate;
}

/** The certificates of a PEM text, at least one, in its order; in words what is wrong with it. */
export function readCertificates(text: string): PemCertificate[] | string {
  const blocks = blocksOf(text, 'CERTIFICATE');
  if (isCutOff(text)) return CUT_OFF;
  if (blocks.length === 0) {
    const hint = blocksOf(text, '[A-Z ]*PRIVATE KEY').length > 0 ? ', but a private key' : '';
    return `there is no "-----BEGIN CERTIFICATE-----" in it${hint}; expected a certificate as PEM`;
  }
  if (blocks.length > CERTIFICATES_IN_FILE_MAX)
    return `more than ${CERTIFICATES_IN_FILE_MAX} certificates are in it`;
  const certificates: PemCertificate[] = [];
  for (const pem of blocks) {
    const x509 = parsed(() => new X509Certificate(pem));
    if (x509 === null) return `certificate ${certificates.length + 1} in it is damaged`;
    certificates.push({ pem, x509 });
  }
  return certificates;
}

/** The private key of a PEM text; in words what is wrong with it. Nothing of the text is in these words. */
export function readKey(text: string): { readonly pem: string; readonly key: KeyObject } | string {
  const [pem, second] = blocksOf(text, '[A-Z ]*PRIVATE KEY');
  if (isCutOff(text)) return CUT_OFF;
  if (pem === undefined)
    return 'there is no "-----BEGIN PRIVATE KEY-----" in it; expected a private key as PEM';
  if (second !== undefined) return 'several private keys are in it; expected one';
  if (/ENCRYPTED/.test(pem)) return 'the private key is encrypted; expected it without a passphrase';
  const key = parsed(() => createPrivateKey(pem));
  return key === null ? 'the private key in it is damaged' : { pem, key };
}

const CUT_OFF = 'it ends within a PEM block, as a file does that is still being written';

function isCutOff(text: string): boolean {
  return text.lastIndexOf('-----BEGIN ') > text.lastIndexOf('-----END ');
}

function blocksOf(text: string, label: string): string[] {
  const block = new RegExp(`-----BEGIN (${label})-----[^-]*-----END \\1-----`, 'g');
  return [...text.matchAll(block)].map(([found]) => `${found}\n`);
}

function parsed<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch {
    return null;
  }
}
