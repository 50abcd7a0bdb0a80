import { setTimeout as sleep } from 'node:timers/promises';
import { allWritten, filesBeingWritten } from './tee-registry.ts';
import { closeShared } from './tee-store.ts';

/**
 * Waits until every tee of this thread has written what it was given and closed what has ended, but no longer than
 * `timeoutMs`. Returns how many files were still being written; 0 = everything is in the files. Call it once all
 * connections have ended.
 */
export async function flushTees(timeoutMs: number): Promise<number> {
  closeShared();
  await settleTees(timeoutMs);
  return filesBeingWritten();
}

/** Waits until what the tees of this thread were given is in their files, but no longer than `timeoutMs`. */
export async function settleTees(timeoutMs: number): Promise<void> {
  const timeout = new AbortController();
  const waited = sleep(timeoutMs, undefined, { signal: timeout.signal }).catch(() => undefined);
  await Promise.race([allWritten(), waited]);
  timeout.abort();
}
