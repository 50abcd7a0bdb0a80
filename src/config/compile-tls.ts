import type { CertificatePlan, ConnectTlsPlan, ListenerTlsPlan } from '../core/tls.ts';
import { compileAuthorities, compileCertificate } from './compile-certificate.ts';
import * as defaults from './defaults.ts';
import type { Environment } from './environment.ts';
import type { Files } from './files.ts';
import { type Issue, warning, wrongValue } from './issue.ts';
import type { Config } from './schema.ts';
import { type Path, quote } from './show.ts';
import { parseDuration } from './units.ts';

type TlsConfig = NonNullable<Config['listeners'][number]['tls']>;
type ConnectConfig = Config['pools'][string]['connect']['tls'];

/** What files and the time are needed for, and where what is said about them goes. */
export interface TlsContext {
  readonly environment: Environment;
  readonly files: Files;
  readonly issues: Issue[];
}

/** How a listener terminates TLS; `path` is that of its `tls`. What is wrong with the files is told in the issues. */
export function compileListenerTls(tls: TlsConfig, path: Path, context: TlsContext): ListenerTlsPlan {
  const { environment, files, issues } = context;
  const { client_ca, client_auth, ciphers, key_log } = tls;
  if (key_log !== undefined) issues.push(warning([...path, 'key_log'], KEY_LOG_WARNING));
  return {
    required: tls.required,
    certificates: compileCertificates(tls.certificates, [...path, 'certificates'], context),
    clientAuth: client_ca === undefined ? 'none' : (client_auth ?? 'required'),
    clientCa: authoritiesOf(client_ca, [...path, 'client_ca'], context),
    alpn: many(tls.alpn),
    versionMin: tls.min_version,
    ciphers: ciphers ?? null,
    ticketKeys: tls.session_tickets ? environment.ticketKeys : null,
    handshakeMs: tls.handshake_timeout,
    keyLog: key_log === undefined ? null : files.resolve(key_log),
    startTls: many(tls.starttls),
  };
}

/** How the backends of a pool are spoken to; null = without TLS. `path` is that of `connect.tls`. */
export function compileConnectTls(
  tls: ConnectConfig,
  path: Path,
  context: TlsContext,
): ConnectTlsPlan | null {
  if (tls === false) return null;
  if (tls === true) return BACKEND_TLS;
  const { server_name, ca, verify, cert, key } = tls;
  if (!verify) warnUnverified([...path, 'verify'], context);
  return {
    serverName: server_name ?? null,
    verify,
    ca: authoritiesOf(ca, [...path, 'ca'], context),
    certificate: cert === undefined || key === undefined ? null : ownCertificate(cert, key, path, context),
    alpn: tls.alpn,
    versionMin: tls.min_version,
    handshakeMs: tls.handshake_timeout,
  };
}

/** Says aloud what it means that certificates are not checked; `path` is that of `verify`. */
export function warnUnverified(path: Path, context: TlsContext): void {
  context.issues.push(warning(path, VERIFY_WARNING));
}

const KEY_LOG_WARNING =
  'the secrets of every session are written to this file: who has it can read all that passes; remove the key when the trial is over';

const VERIFY_WARNING =
  'the certificates of the backends are not checked: anybody on the way can read all that passes';

/** TLS to backends of which nothing is said. */
export const BACKEND_TLS: ConnectTlsPlan = {
  serverName: null,
  verify: defaults.TLS_VERIFY,
  ca: null,
  certificate: null,
  alpn: defaults.BACKEND_ALPN,
  versionMin: defaults.TLS_VERSION_MIN,
  handshakeMs: parseDuration(defaults.HANDSHAKE_TIMEOUT) ?? 0,
};

function compileCertificates(
  list: TlsConfig['certificates'],
  path: Path,
  { environment, files, issues }: TlsContext,
): CertificatePlan[] {
  const holders = new Map<string, string>();
  const compiled: CertificatePlan[] = [];
  for (const [index, { cert, key, default: isDefault }] of list.entries()) {
    const here = [...path, index];
    const found = compileCertificate({ path: here, cert, key, now: environment.now }, files);
    if (!('certificate' in found)) {
      issues.push(...found);
      continue;
    }
    const certificate = { ...found.certificate, isDefault };
    issues.push(...found.issues, ...useIssues(certificate, here, holders));
    compiled.push(certificate);
  }
  return compiled;
}

/** What is odd about a certificate among others: nobody gets it, or two would be for one name. */
function useIssues(certificate: CertificatePlan, path: Path, holders: Map<string, string>): Issue[] {
  const { names, isDefault, keyType, file } = certificate;
  const at = [...path, 'cert'];
  if (names.length === 0 && !isDefault)
    return [warning(at, `${file}: is for no server name, so that nobody gets it; expected "default: true"`)];
  const uses = [...names.map((name) => `the name ${quote(name)}`), ...(isDefault ? ['the default'] : [])];
  for (const use of uses) {
    const holder = holders.get(`${keyType} ${use}`);
    if (holder !== undefined)
      return [
        wrongValue(
          at,
          `${file}: ${holder} has ${use} already, with a key of the same type; expected one of them`,
        ),
      ];
  }
  for (const use of uses) holders.set(`${keyType} ${use}`, file);
  return [];
}

function authoritiesOf(name: string | undefined, path: Path, context: TlsContext): string | null {
  return name === undefined ? null : compileAuthoritiesOf(name, path, context);
}

/** The authorities in a file; null where it is of no use, which is told in the issues. */
export function compileAuthoritiesOf(name: string, path: Path, context: TlsContext): string | null {
  const found = compileAuthorities(path, name, context.files, context.environment.now);
  context.issues.push(...('pem' in found ? found.issues : found));
  return 'pem' in found ? found.pem : null;
}

function ownCertificate(
  cert: string,
  key: string,
  path: Path,
  { environment, files, issues }: TlsContext,
): ConnectTlsPlan['certificate'] {
  const found = compileCertificate({ path, cert, key, now: environment.now }, files);
  if (!('certificate' in found)) {
    issues.push(...found);
    return null;
  }
  issues.push(...found.issues);
  return { cert: found.certificate.cert, key: found.certificate.key };
}

function many<T extends string>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}
