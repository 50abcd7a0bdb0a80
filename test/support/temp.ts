import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { later } from './cleanup.ts';

/** A new directory (mode 0700) that is removed with all that is in it when the test ends. */
export function tempDir(): string {
  const path = mkdtempSync(join(realpathSync(tmpdir()), 'sluice-test-'));
  later(() => rmSync(path, { recursive: true, force: true, maxRetries: 3 }));
  return path;
}
