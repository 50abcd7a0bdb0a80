import { SluiceError } from '../../core/errors.ts';
import type { AdminOptions } from '../admin-access.ts';

/** What `sluice capture` was called with. */
export interface CaptureOptions extends AdminOptions {
  /** A connection's id, which has twelve hex digits, or the name of a listener. */
  readonly target: string;
  /** File to write, which must not exist; `-` for standard output. */
  readonly output: string;
  readonly for?: string;
  readonly maxBytes?: string;
  readonly snaplen?: string;
  /** `client=NETWORK` and `route=NAME`. */
  readonly filter?: readonly string[];
}

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
