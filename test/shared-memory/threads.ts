import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

const BUILT = new URL('../../dist/src/shared-memory/index.js', import.meta.url);

/** Starts `threads/<name>.mjs`, which runs the built code: a thread cannot load TypeScript everywhere. */
export function startThread(name: string, workerData: unknown): Worker {
  if (!existsSync(BUILT)) throw new Error('dist/src/shared-memory is missing: build first (npm run build)');
  return new Worker(new URL(`./threads/${name}.mjs`, import.meta.url), { workerData });
}

/** The next thing a thread posts; rejects where it throws instead. */
export async function nextMessage<T>(thread: Worker): Promise<T> {
  const [message] = await once(thread, 'message');
  return message as T;
}

/** Resolves when the condition holds, looking again in each turn of the loop. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
