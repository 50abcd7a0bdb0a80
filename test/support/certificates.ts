import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CertificatePlan } from '../../src/core/tls.ts';
import { program } from './programs.ts';

/** A certificate with its key, as PEM texts and as files that live as long as the process. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly keyType: KeyType;
  readonly names: readonly string[];
}

export type KeyType = CertificatePlan['keyType'];

/** What a certificate is to say. */
export interface Wish {
  /** Default: the first name, else `nobody`. */
  readonly commonName?: string;
  /** Subject alternative names: server names, `*.x` among them, and IP addresses. Default: none. */
  readonly names?: readonly string[];
  /** Default: `ec` (P-256). */
  readonly keyType?: KeyType;
  /** It ran out a day ago. Default: it lives for ten years. */
  readonly expired?: boolean;
}

export interface TestAuthority {
  /** What goes into a `ca` or a `client_ca`. */
  readonly cert: string;
  readonly certFile: string;
  /** Signs a certificate; the same wish again is the same certificate. */
  issue(wish: Wish): TestCertificate;
}

const SPEC: Record<KeyType, readonly string[]> = {
  ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  rsa: ['-newkey', 'rsa:2048'],
  ed25519: ['-newkey', 'ed25519'],
};
const TEN_YEARS = '3650';

const made = new Map<string, unknown>();
let directory: string | null = null;
let serial = 0;

/** A certificate authority, made by the `openssl` program at first use; of one name there is one in a process. */
export function testAuthority(name = 'Sluice Test CA'): TestAuthority {
  return once(`authority ${name}`, () => {
    const authority = request({ commonName: name }, ['basicConstraints=critical,CA:TRUE'], null);
    return {
      cert: authority.cert,
      certFile: authority.certFile,
      issue: (wish) => once(`${name} ${JSON.stringify(wish)}`, () => request(wish, [], authority)),
    };
  });
}

/** A certificate that nobody but itself vouches for. */
export function selfSigned(wish: Wish): TestCertificate {
  return once(`self-signed ${JSON.stringify(wish)}`, () => request(wish, [], null));
}

/** The certificate as a listener's plan has it. */
export function certificatePlan(certificate: TestCertificate, isDefault = false): CertificatePlan {
  return {
    names: certificate.names.filter((name) => !isIp(name)),
    isDefault,
    cert: certificate.cert,
    key: certificate.key,
    keyType: certificate.keyType,
    notAfter: Date.parse(new X509Certificate(certificate.cert).validTo),
    file: certificate.certFile,
  };
}

function request(wish: Wish, extensions: readonly string[], issuer: TestCertificate | null): TestCertificate {
  const { names = [], keyType = 'ec', expired = false } = wish;
  const base = join(home(), String(serial++));
  const [certFile, keyFile, requestFile] = [`${base}.pem`, `${base}.key`, `${base}.csr`];
  const alternatives = names.map((name) => `${isIp(name) ? 'IP' : 'DNS'}:${name}`);
  const all = alternatives.length > 0 ? [...extensions, `subjectAltName=${alternatives}`] : extensions;
  openssl('req', '-new', '-nodes', ...SPEC[keyType], '-keyout', keyFile, '-out', requestFile, [
    '-subj',
    `/O=Sluice/CN=${wish.commonName ?? names[0] ?? 'nobody'}`,
    ...all.flatMap((extension) => ['-addext', extension]),
  ]);
  openssl('x509', '-req', '-in', requestFile, '-out', certFile, '-copy_extensions', 'copyall', [
    '-days',
    expired ? '-1' : TEN_YEARS,
    ...(issuer === null ? ['-key', keyFile] : ['-CA', issuer.certFile, '-CAkey', issuer.keyFile]),
  ]);
  const [cert, key] = [readFileSync(certFile, 'utf8'), readFileSync(keyFile, 'utf8')];
  return { cert, key, certFile, keyFile, keyType, names };
}

function once<T>(what: string, make: () => T): T {
  if (!made.has(what)) made.set(what, make());
  return made.get(what) as T;
}

function openssl(...args: readonly (string | readonly string[])[]): void {
  execFileSync(program('openssl'), args.flat(), { stdio: ['ignore', 'ignore', 'pipe'] });
}

function home(): string {
  if (directory === null) {
    const made = mkdtempSync(join(realpathSync(tmpdir()), 'sluice-certificates-'));
    process.on('exit', () => rmSync(made, { recursive: true, force: true }));
    directory = made;
  }
  return directory;
}

function isIp(name: string): boolean {
  return /^[\d.]+$|:/.test(name);
}
