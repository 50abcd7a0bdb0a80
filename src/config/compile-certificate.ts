import type { KeyObject } from 'node:crypto';
import type { CertificatePlan } from '../core/tls.ts';
import { certificateNames } from './certificate-names.ts';
import type { Files } from './files.ts';
import { type Issue, warning, wrongValue } from './issue.ts';
import { EXPIRY_WARNING_MS } from './limits.ts';
import { type PemCertificate, readCertificates, readKey } from './pem.ts';
import { type Path, quote } from './show.ts';

const KEY_TYPES = { rsa: 'rsa', 'rsa-pss': 'rsa', ec: 'ec', ed25519: 'ed25519' } as const;

/** Where the configuration names the files, and at what time they are read. */
export interface CertificateSource {
  /** Of the map with `cert` and `key`. */
  readonly path: Path;
  readonly cert: string;
  readonly key: string;
  /** Wall time in milliseconds since 1970. */
  readonly now: number;
}

export interface CompiledCertificate {
  readonly certificate: Omit<CertificatePlan, 'isDefault'>;
  readonly issues: readonly Issue[];
}

/** A certificate and its key, read and found to belong together; else issues that name the files. */
export function compileCertificate(source: CertificateSource, files: Files): CompiledCertificate | Issue[] {
  const { path, now } = source;
  const chain = certificatesAt([...path, 'cert'], source.cert, files);
  const key = keyAt([...path, 'key'], source.key, files);
  if (!('certificates' in chain) || !('key' in key))
    return [...('certificates' in chain ? [] : chain), ...('key' in key ? [] : key)];
  const { certificates, file } = chain;
  const mismatch = mismatchOf(certificates, key.key, file, key.file);
  if (mismatch !== null) return [wrongValue([...path, 'key'], mismatch)];
  const leaf = (certificates[0] as PemCertificate).x509;
  const keyType = keyTypeOf(key.key);
  if (keyType === null) {
    const kind = quote(key.key.asymmetricKeyType ?? 'unknown');
    return [
      wrongValue([...path, 'key'], `${key.file}: a key of the type ${kind}; expected RSA, ECDSA or Ed25519`),
    ];
  }
  const { names, isCommonName } = certificateNames(leaf);
  const at = [...path, 'cert'];
  const oddities = [
    ...expiryIssues(certificates, file, at, now),
    ...orderIssues(certificates, file, at),
    ...(isCommonName
      ? [warning(at, `${file}: has its name in the subject alone, which clients do not heed (RFC 9525)`)]
      : []),
  ];
  const cert = certificates.map(({ pem }) => pem).join('');
  const notAfter = Date.parse(leaf.validTo);
  return { certificate: { names, cert, key: key.pem, keyType, notAfter, file }, issues: oddities };
}

/** The authorities in a file, as one PEM text; else issues. */
export function compileAuthorities(
  path: Path,
  name: string,
  files: Files,
  now: number,
): { readonly pem: string; readonly issues: readonly Issue[] } | Issue[] {
  const found = certificatesAt(path, name, files);
  if (!('certificates' in found)) return found;
  const pem = found.certificates.map((certificate) => certificate.pem).join('');
  return { pem, issues: expiryIssues(found.certificates, found.file, path, now) };
}

function certificatesAt(path: Path, name: string, files: Files) {
  const read = files.text(name);
  if ('wrong' in read) return [wrongValue(path, read.wrong)];
  const certificates = readCertificates(read.text);
  return typeof certificates === 'string'
    ? [wrongValue(path, `${read.file}: ${certificates}`)]
    : { certificates, file: read.file };
}

function keyAt(path: Path, name: string, files: Files) {
  const read = files.text(name);
  if ('wrong' in read) return [wrongValue(path, read.wrong)];
  const key = readKey(read.text);
  return typeof key === 'string' ? [wrongValue(path, `${read.file}: ${key}`)] : { ...key, file: read.file };
}

/** Why a key does not belong to the first certificate of a chain; null where it does. */
function mismatchOf(
  certificates: readonly PemCertificate[],
  key: KeyObject,
  certFile: string,
  keyFile: string,
): string | null {
  const owner = certificates.findIndex(({ x509 }) => x509.checkPrivateKey(key));
  if (owner === 0) return null;
  if (owner < 0) return `${keyFile}: this key does not belong to the certificate in ${certFile}`;
  return `${keyFile}: this key belongs to certificate ${owner + 1} in ${certFile}; expected that one to be the first`;
}

function keyTypeOf(key: KeyObject): CertificatePlan['keyType'] | null {
  const type = key.asymmetricKeyType as string;
  return Object.hasOwn(KEY_TYPES, type) ? KEY_TYPES[type as keyof typeof KEY_TYPES] : null;
}

function expiryIssues(
  certificates: readonly PemCertificate[],
  file: string,
  path: Path,
  now: number,
): Issue[] {
  return certificates.flatMap(({ x509 }, index) => {
    const which = certificates.length === 1 ? file : `${file}: certificate ${index + 1}`;
    const [from, to] = [Date.parse(x509.validFrom), Date.parse(x509.validTo)];
    if (to < now) return [warning(path, `${which}: has expired on ${day(to)}`)];
    if (from > now) return [warning(path, `${which}: is not valid before ${day(from)}`)];
    return to - now < EXPIRY_WARNING_MS ? [warning(path, `${which}: expires soon, on ${day(to)}`)] : [];
  });
}

function orderIssues(certificates: readonly PemCertificate[], file: string, path: Path): Issue[] {
  const stray = certificates.findIndex(({ x509 }, index) => {
    const next = certificates[index + 1];
    return next !== undefined && !x509.checkIssued(next.x509);
  });
  if (stray < 0) return [];
  const why = `certificate ${stray + 2} is not the issuer of certificate ${stray + 1}`;
  return [warning(path, `${file}: ${why}; expected each to be followed by its issuer`)];
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
