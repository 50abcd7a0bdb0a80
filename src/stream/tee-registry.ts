/** Bytes that all tees of a thread together may have waiting for their files. */
export const TEES_BUFFER_BYTES_MAX = 256 * 1024 * 1024;

const writing = new Set<Promise<void>>();
let buffered = 0;

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

/** Waits until nothing is being written. */
export async function allWritten(): Promise<void> {
  while (writing.size > 0) await Promise.all(writing);
}

/** Files that are being written. */
export function filesBeingWritten(): number {
  return writing.size;
}
