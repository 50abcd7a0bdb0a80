import { dialFailure } from '../../core/dial-failure.ts';
import type { DialFailure } from '../../core/ports.ts';

/** What this plane answers to IP_TRANSPARENT, of which Node knows nothing. */
export function notTransparent(): NodeJS.ErrnoException {
  const message = 'ENOTSUP: the net plane cannot set IP_TRANSPARENT; the linux plane can';
  return Object.assign(new Error(message), { code: 'ENOTSUP' });
}

/** Sorts the error of a failed connect. One that tried several addresses is judged by its first. */
export function failureOf(
  error: NodeJS.ErrnoException & { errors?: readonly NodeJS.ErrnoException[] },
): DialFailure {
  return dialFailure(error.code ?? error.errors?.[0]?.code ?? 'UNKNOWN');
}
