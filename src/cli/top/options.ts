import { parseDuration } from '../../config/index.ts';
import { SluiceError } from '../../core/errors.ts';
import { EVERY_DEFAULT, EVERY_MS_MAX, EVERY_MS_MIN } from './limits.ts';

/** What `sluice top` was called with. */
export interface TopOptions {
  /** The service's admin address: `http://127.0.0.1:9900`, `https://…`, or `unix:/run/sluice.sock`. */
  readonly admin: string;
  /** Name of the environment variable that holds the token; absent: none is shown. */
  readonly tokenEnv?: string;
  /** File with the certificates by which that of an `https:` address is verified; absent: those of Node. */
  readonly ca?: string;
  /** Between two looks; absent: EVERY_DEFAULT. */
  readonly every?: string;
  /** Print one frame and end. Absent: false. */
  readonly once?: boolean;
  /** false: no colours. */
  readonly color: boolean;
}

/** Where the admin server is. */
export type Place =
  | { readonly protocol: 'http:' | 'https:'; readonly host: string; readonly port: number }
  | { readonly protocol: 'http:'; readonly socketPath: string };

/** The same, read. */
export interface TopSettings {
  readonly where: string;
  readonly place: Place;
  /** null: none is shown. */
  readonly token: string | null;
  /** Certificates in PEM; null: those of Node. */
  readonly ca: string | null;
  readonly everyMs: number;
  readonly once: boolean;
  readonly color: boolean;
}

/** The first bytes of a file, at most so many; in words why it cannot be read. */
export type ReadFile = (path: string, bytesMax: number) => Uint8Array | string;

/** Bytes of a file of certificates that are read. */
const CA_BYTES_MAX = 1024 * 1024;

const PORTS = { 'http:': 80, 'https:': 443 } as const;

/** Throws TOP_FAILED where an option means nothing. `readFile` gives the first bytes of a file, or says why not. */
export function settingsOf(
  options: TopOptions,
  env: Readonly<Record<string, string | undefined>>,
  readFile: ReadFile,
): TopSettings {
  const place = placeOf(options.admin);
  return {
    where: options.admin,
    place,
    token: tokenOf(options.tokenEnv, env),
    ca: caOf(options.ca, place, readFile),
    everyMs: everyOf(options.every ?? EVERY_DEFAULT),
    once: options.once ?? false,
    color: options.color && (env['NO_COLOR'] ?? '') === '',
  };
}

function placeOf(admin: string): Place {
  if (admin.startsWith('unix:') && admin.length > 'unix:'.length)
    return { protocol: 'http:', socketPath: admin.slice('unix:'.length) };
  const url = URL.parse(admin);
  const protocol = url?.protocol;
  if (url === null || (protocol !== 'http:' && protocol !== 'https:'))
    throw wrong(
      `--admin ${JSON.stringify(admin)}: expected http://HOST:PORT, https://HOST:PORT or unix:PATH`,
    );
  const port = url.port === '' ? PORTS[protocol] : Number(url.port);
  return { protocol, host: url.hostname.replace(/^\[|\]$/g, ''), port };
}

function tokenOf(name: string | undefined, env: Readonly<Record<string, string | undefined>>): string | null {
  if (name === undefined) return null;
  const token = env[name] ?? '';
  if (!/^[\x21-\x7e]+$/.test(token))
    throw wrong(`--token-env: the variable ${name} holds no token of printable characters`);
  return token;
}

function caOf(path: string | undefined, place: Place, readFile: ReadFile): string | null {
  if (path === undefined) return null;
  if (place.protocol !== 'https:') throw wrong('--ca goes with an address that begins with https://');
  const read = readFile(path, CA_BYTES_MAX);
  if (typeof read === 'string') throw wrong(`--ca ${path}: ${read}`);
  return Buffer.from(read).toString();
}

function everyOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === null || ms < EVERY_MS_MIN || ms > EVERY_MS_MAX)
    throw wrong(`--every: expected a time from ${EVERY_MS_MIN}ms to ${EVERY_MS_MAX / 1000}s; got "${text}"`);
  return ms;
}

function wrong(message: string): SluiceError {
  return new SluiceError('TOP_FAILED', message);
}
