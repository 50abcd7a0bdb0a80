import { setTimeout as sleep } from 'node:timers/promises';

/** Bytes that all tees of a thread together may have waiting for their files. */
export const TEES_BUFFER_BYTES_MAX = 256 * 1024 * 1024;

const writing = new Set<Promise<void>>();
let buffered = 0;

/**
 * Waits until every tee of this thread has written what it was given and closed what has ended, but no longer than
 * `timeoutMs`. Returns how many files were still being written; 0 = everything is in the files. Call it once all
 * connections have ended.
 */
export async function flushTees(timeoutMs: number): Promise<number> {
  const timeout = new AbortController();
  const waited = sleep(timeoutMs, undefined, { signal: timeout.signal }).catch(() => undefined);
  await Promise.race([allWritten(), waited]);
  timeout.abort();
  return writing.size;
}

/** Makes `flushTees` wait for a task. The task must not reject. */
export function trackWriting(task: Promise<void>): void {
  writing.add(task);
  void task.then(() => writing.delete(task));
}

/** Takes room for `bytes`; false where all tees together have too much waiting already. */
export function reserveTeeBuffer(bytes: number): boolean {
  if (buffered + bytes > TEES_BUFFER_BYTES_MAX) return false;
  buffered += bytes;
  return true;
}

/** Gives room back. */
export function releaseTeeBuffer(bytes: number): void {
  buffered -= bytes;
}

async function allWritten(): Promise<void> {
  while (writing.size > 0) await Promise.all(writing);
}
