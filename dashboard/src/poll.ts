import { useEffect, useState } from 'preact/hooks';
import { ApiError, read } from './api.ts';

/** What a poll has brought. */
export interface Polled<T> {
  /** The last answer; null before the first. */
  readonly value: T | null;
  /** Of the last request; null = it succeeded. */
  readonly error: ApiError | null;
}

/**
 * Reads `path` again and again, `everyMs` after each answer, while the tab can be seen; never two at a time. null: reads nothing.
 * `onValue` gets each answer once.
 */
export function usePoll<T>(path: string | null, everyMs: number, onValue?: (value: T) => void): Polled<T> {
  const [polled, setPolled] = useState<Polled<T>>({ value: null, error: null });
  useEffect(() => {
    setPolled({ value: null, error: null });
    if (path === null) return;
    const cancel = new AbortController();
    void poll<T>(path, everyMs, cancel.signal, (next) => {
      setPolled((last) => ({ value: next.value ?? last.value, error: next.error }));
      if (next.value !== null) onValue?.(next.value);
    });
    return () => cancel.abort();
  }, [path, everyMs]);
  return polled;
}

async function poll<T>(
  path: string,
  everyMs: number,
  cancel: AbortSignal,
  tell: (polled: Polled<T>) => void,
): Promise<void> {
  while (!cancel.aborted) {
    const polled = await once<T>(path, cancel);
    if (cancel.aborted) return;
    tell(polled);
    await pause(everyMs, cancel);
    if (document.hidden) await untilSeen(cancel);
  }
}

async function once<T>(path: string, cancel: AbortSignal): Promise<Polled<T>> {
  try {
    return { value: await read<T>(path, cancel), error: null };
  } catch (error) {
    return { value: null, error: error instanceof ApiError ? error : new ApiError(0, String(error)) };
  }
}

/** Resolves after so long, or when `cancel` is aborted. */
export function pause(ms: number, cancel: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    cancel.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Resolves when the tab is seen again, or `cancel` is aborted. */
export function untilSeen(cancel: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    document.addEventListener('visibilitychange', () => resolve(), { once: true, signal: cancel });
    cancel.addEventListener('abort', () => resolve());
  });
}
