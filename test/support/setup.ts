/**
 * Runs before each test file, also where files share the modules of one process: what hangs on a module that is loaded
 * once would be done for the first file only, and what a file has set would be there in the next.
 */
import { config } from 'rxjs';
import { afterAll, afterEach, vi } from 'vitest';
import { cleanUpFile, cleanUpTest } from './cleanup.ts';

afterEach(cleanUpTest);
afterAll(async () => {
  await cleanUpFile();
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  config.onUnhandledError = null;
});
