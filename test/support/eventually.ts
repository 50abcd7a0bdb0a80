import { setTimeout as pause } from 'node:timers/promises';

/** Between two looks, in milliseconds. */
const LOOK_MS = 20;

/** Resolves with the first value of `look` that is neither undefined nor false; rejects after `timeoutMs`, naming `what`. */
export async function eventually<T>(
  look: () => T | Promise<T>,
  what: string,
  timeoutMs = 30_000,
): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const value = await look();
    if (value !== undefined && value !== false) return value as Exclude<T, undefined | false>;
    if (performance.now() > end) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await pause(LOOK_MS);
  }
}
