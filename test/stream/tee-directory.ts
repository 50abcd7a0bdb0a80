import { join } from 'node:path';
import { beforeAll } from 'vitest';
import { flushTees } from '../../src/stream/index.ts';
import { later } from '../support/cleanup.ts';
import { tempDir } from '../support/temp.ts';

/** Paths that no one else uses, in one directory for the whole test file, removed when all tees have written. */
export function freshPaths(): () => string {
  let directory = '';
  let count = 0;
  beforeAll(() => {
    directory = tempDir();
    later(async () => void (await flushTees(10_000)));
  });
  return () => join(directory, `${count++}`);
}
