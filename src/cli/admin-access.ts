import { SluiceError } from '../core/errors.ts';

/** How the admin server of a service is reached, as a command line says it. */
export interface AdminOptions {
  /** Its address: `http://127.0.0.1:9900`, `https://…`, or `unix:/run/sluice.sock`. */
  readonly admin: string;
  /** Name of the environment variable that holds the token; absent: none is shown. */
  readonly tokenEnv?: string;
  /** File with the certificates by which that of an `https:` address is verified; absent: those of Node. */
  readonly ca?: string;
}

/** Where the admin server is. */
export type AdminPlace =
  | { readonly protocol: 'http:' | 'https:'; readonly host: string; readonly port: number }
  | { readonly protocol: 'http:'; readonly socketPath: string };

/** The same, read. */
export interface AdminAccess {
  readonly place: AdminPlace;
  /** null: none is shown. */
  readonly token: string | null;
  /** Certificates in PEM; null: those of Node. */
  readonly ca: string | null;
}

/** The first bytes of a file, at most so many; in words why it cannot be read. */
export type ReadFile = (path: string, bytesMax: number) => Uint8Array | string;

type Code = 'CAPTURE_FAILED' | 'TOP_FAILED';

/** Bytes of a file of certificates that are read. */
const CA_BYTES_MAX = 1024 * 1024;

const PORTS = { 'http:': 80, 'https:': 443 } as const;

/** Throws a SluiceError of this code where an option means nothing. */
export function adminAccess(
  { admin, tokenEnv, ca }: AdminOptions,
  env: Readonly<Record<string, string | undefined>>,
  readFile: ReadFile,
  code: Code,
): AdminAccess {
  const place = placeOf(admin, code);
  return { place, token: tokenOf(tokenEnv, env, code), ca: caOf(ca, place, readFile, code) };
}

function placeOf(admin: string, code: Code): AdminPlace {
  if (admin.startsWith('unix:') && admin.length > 'unix:'.length)
    return { protocol: 'http:', socketPath: admin.slice('unix:'.length) };
  const url = URL.parse(admin);
  const protocol = url?.protocol;
  if (url === null || (protocol !== 'http:' && protocol !== 'https:'))
    throw new SluiceError(
      code,
      `--admin ${JSON.stringify(admin)}: expected http://HOST:PORT, https://HOST:PORT or unix:PATH`,
    );
  const port = url.port === '' ? PORTS[protocol] : Number(url.port);
  return { protocol, host: url.hostname.replace(/^\[|\]$/g, ''), port };
}

function tokenOf(
  name: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  code: Code,
): string | null {
  if (name === undefined) return null;
  const token = env[name] ?? '';
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new SluiceError(code, `--token-env: the variable ${name} holds no token of printable characters`);
  return token;
}

function caOf(path: string | undefined, place: AdminPlace, readFile: ReadFile, code: Code): string | null {
  if (path === undefined) return null;
  if (place.protocol !== 'https:')
    throw new SluiceError(code, '--ca goes with an address that begins with https://');
  const read = readFile(path, CA_BYTES_MAX);
  if (typeof read === 'string') throw new SluiceError(code, `--ca ${path}: ${read}`);
  return Buffer.from(read).toString();
}
