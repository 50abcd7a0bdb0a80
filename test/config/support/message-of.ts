import { SluiceError } from '../../../src/core/errors.ts';

/** The message of the CONFIG_INVALID that a call throws; fails where it throws something else, or nothing. */
export function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'CONFIG_INVALID') return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}
