import { dialFailure } from '../../core/dial-failure.ts';
import type { DialFailure } from '../../core/ports.ts';

/** Sorts the error of a failed connect. One that tried several addresses is judged by its first. */
export function failureOf(
  error: NodeJS.ErrnoException & { errors?: readonly NodeJS.ErrnoException[] },
): DialFailure {
  return dialFailure(error.code ?? error.errors?.[0]?.code ?? 'UNKNOWN');
}
