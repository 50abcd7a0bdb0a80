import { effect, signal } from '@preact/signals';
import type { ServiceStatus } from '../../src/core/status.ts';
import { ApiError, read } from './api.ts';

const EVERY_MS = 1_000;

/** What `/v1/status` said last, read once a second for the whole page. null before the first answer. */
export const service = signal<{
  /** When it stood so, by the clock of the service; milliseconds since 1970. */
  readonly at: number;
  readonly status: ServiceStatus;
} | null>(null);
/** Why the last reading failed; null = it did not. */
export const serviceError = signal<ApiError | null>(null);

/** What the clock of the service shows when that of `performance` shows 0. */
let serviceEpoch = performance.timeOrigin;

/** Milliseconds since 1970 by the clock of the service, as its last status told it; by that of the browser before the first. */
export function serviceNow(): number {
  return serviceEpoch + performance.now();
}

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
    serviceEpoch = status.at - performance.now();
    service.value = { at: status.at, status };
    serviceError.value = null;
  } catch (error) {
    serviceError.value = error instanceof ApiError ? error : new ApiError(0, String(error));
  }
}
