import { closeSync, openSync, readSync } from 'node:fs';
import { SluiceError } from '../core/errors.ts';
import { FILE_BYTES_MAX } from './limits.ts';

/**
 * The bytes of a file or pipe, at most one more than FILE_BYTES_MAX. Throws CONFIG_UNREADABLE where the system refuses.
 */
export function readConfigFile(file: string): Uint8Array {
  try {
    return readBounded(file, FILE_BYTES_MAX + 1);
  } catch (cause) {
    throw new SluiceError('CONFIG_UNREADABLE', `${file}: ${whyNot(cause)}`, { cause });
  }
}

/** The first bytes of a file or pipe, at most so many; in words why it cannot be read. */
export function readFileOrWhy(file: string, bytesMax: number): Uint8Array | string {
  try {
    return readBounded(file, bytesMax);
  } catch (cause) {
    return whyNot(cause);
  }
}

function whyNot(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return `${MEANING[code] ?? 'cannot be read'} (${code})`;
}

const MEANING: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'reading it is not permitted',
  EISDIR: 'this is a directory',
};

function readBounded(file: string, bytesMax: number): Uint8Array {
  const descriptor = openSync(file, 'r');
  try {
    const buffer = new Uint8Array(bytesMax);
    let length = 0;
    while (length < bytesMax) {
      const bytes = readSync(descriptor, buffer, length, bytesMax - length, null);
      if (bytes === 0) break;
      length += bytes;
    }
    return buffer.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}
