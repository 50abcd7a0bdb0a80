import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

export const MIB = 1024 * 1024;

/** Writes random bytes to a file and returns their SHA-256 in hex. */
export function writeRandomFile(path: string, bytes: number): string {
  const payload = randomBytes(bytes);
  writeFileSync(path, payload);
  return sha256(payload);
}

/** SHA-256 of a file, in hex. */
export function sha256OfFile(path: string): string {
  return sha256(readFileSync(path));
}

/** SHA-256 in hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
