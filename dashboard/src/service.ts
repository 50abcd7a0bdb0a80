import { effect, signal } from '@preact/signals';
import type { ServiceStatus } from '../../src/core/status.ts';
import { ApiError, read } from './api.ts';

const EVERY_MS = 1_000;

/** What `/v1/status` said last, and when: read once a second for the whole page. null before the first answer. */
export const service = signal<{ readonly at: number; readonly status: ServiceStatus } | null>(null);
/** Why the last reading failed; null = it did not. */
export const serviceError = signal<ApiError | null>(null);

/** Reads for ever, while the tab can be seen. */
export async function followService(): Promise<never> {
  for (;;) {
    if (!document.hidden) await readOnce();
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

/** Calls `take` with each status as it comes; the function that is returned ends that. */
export function onStatus(take: (at: number, status: ServiceStatus) => void): () => void {
  return effect(() => {
    const now = service.value;
    if (now !== null) take(now.at, now.status);
  });
}

async function readOnce(): Promise<void> {
  try {
    const status = await read<ServiceStatus>('/v1/status');
    service.value = { at: Date.now(), status };
    serviceError.value = null;
  } catch (error) {
    serviceError.value = error instanceof ApiError ? error : new ApiError(0, String(error));
  }
}
