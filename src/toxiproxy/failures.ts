import { messageOf } from '../core/error-fact.ts';
import { SluiceError } from '../core/errors.ts';
import { ApiError } from './api-error.ts';

/** What Go says of a system's error when it binds. */
const BIND_ERRORS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'address already in use',
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'cannot assign requested address',
};

/** A failure of a change, told as Toxiproxy tells it: what has no status code of its own has 500. */
export function inWords(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const message = messageOf(error);
  if (!(error instanceof SluiceError)) return new ApiError(`internal error: ${message}`, 500);
  if (error.code === 'RELOAD_REFUSED') return new ApiError(message, 503);
  const [, where, code = ''] = /cannot be bound to (\S+): (E[A-Z]+)/.exec(message) ?? [];
  const words = BIND_ERRORS[code];
  return new ApiError(words === undefined ? message : `listen tcp ${where}: bind: ${words}`, 500);
}
