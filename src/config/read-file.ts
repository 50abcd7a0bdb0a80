import { closeSync, openSync, readSync } from 'node:fs';
import { SluiceError } from '../core/errors.ts';
import { FILE_BYTES_MAX } from './limits.ts';

/**
 * The bytes of a file or pipe, at most one more than FILE_BYTES_MAX. Throws CONFIG_UNREADABLE where the system refuses.
 */
export function readConfigFile(file: string): Uint8Array {
  try {
    const descriptor = openSync(file, 'r');
    try {
      return readBounded(descriptor, FILE_BYTES_MAX + 1);
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new SluiceError('CONFIG_UNREADABLE', `${file}: ${MEANING[code] ?? 'cannot be read'} (${code})`, {
      cause,
    });
  }
}

const MEANING: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'reading it is not permitted',
  EISDIR: 'this is a directory',
};

function readBounded(descriptor: number, bytesMax: number): Uint8Array {
  const buffer = new Uint8Array(bytesMax);
  let length = 0;
  while (length < bytesMax) {
    const bytes = readSync(descriptor, buffer, length, bytesMax - length, null);
    if (bytes === 0) break;
    length += bytes;
  }
  return buffer.subarray(0, length);
}
