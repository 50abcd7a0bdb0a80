import { SluiceError } from '../../core/errors.ts';

/** What `sluice capture` was called with. */
export interface CaptureOptions {
  /** A connection's id, which has twelve hex digits, or the name of a listener. */
  readonly target: string;
  /** File to write, which must not exist; `-` for standard output. */
  readonly output: string;
  /** The service's admin address, as its log has it: `http://127.0.0.1:9900`, or `unix:/run/sluice.sock`. */
  readonly admin: string;
  /** Name of the environment variable that holds the token; absent: none is shown. */
  readonly tokenEnv?: string;
  readonly for?: string;
  readonly maxBytes?: string;
  readonly snaplen?: string;
  /** `client=NETWORK` and `route=NAME`. */
  readonly filter?: readonly string[];
}

/** Where the admin server is. */
export type Place = { readonly host: string; readonly port: number } | { readonly socketPath: string };

const FILTER_KEYS = ['client', 'route'] as const;

/** What to ask the service for. Throws CAPTURE_FAILED where a filter is none. */
export function bodyOf({
  target,
  for: duration,
  maxBytes,
  snaplen,
  filter = [],
}: CaptureOptions): Record<string, unknown> {
  return {
    [/^[0-9a-f]{12}$/.test(target) ? 'connection' : 'listener']: target,
    ...(duration === undefined ? {} : { for: duration }),
    ...(maxBytes === undefined ? {} : { max_bytes: maxBytes }),
    ...(snaplen === undefined ? {} : { snaplen }),
    ...(filter.length === 0 ? {} : { filter: filterOf(filter) }),
  };
}

function filterOf(texts: readonly string[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const text of texts) {
    const at = text.indexOf('=');
    const key = FILTER_KEYS.find((name) => name === text.slice(0, Math.max(0, at)));
    if (key === undefined)
      throw new SluiceError(
        'CAPTURE_FAILED',
        `--filter ${JSON.stringify(text)}: expected client=NETWORK or route=NAME`,
      );
    found[key] = [...(found[key] ?? []), text.slice(at + 1)];
  }
  return found;
}

/** Throws CAPTURE_FAILED where the address is none. */
export function placeOf(admin: string): Place {
  if (admin.startsWith('unix:')) return { socketPath: admin.slice('unix:'.length) };
  const url = URL.parse(admin);
  if (url?.protocol !== 'http:')
    throw new SluiceError(
      'CAPTURE_FAILED',
      `--admin ${JSON.stringify(admin)}: expected http://HOST:PORT or unix:PATH`,
    );
  const HTTP_PORT = 80;
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? HTTP_PORT : Number(url.port) };
}
