import type { AdminEvent } from '../../src/core/admin-event.ts';
import { ApiError, request, wantsToken } from './api.ts';
import { EventLines, type StreamEvent } from './event-lines.ts';
import { pause, untilSeen } from './poll.ts';

/** How long a stream that broke is left alone. */
const AGAIN_MS = 2_000;

export interface EventTaker {
  event(event: AdminEvent): void;
  /** So many were not sent: this page was slow, or not connected. null = nobody knows how many. */
  dropped(count: number | null): void;
  /** null: the stream is open. */
  state(error: ApiError | null): void;
}

/**
 * Reads `/v1/events?query` until `cancel` is aborted, and again where it breaks: from the last event on, as far as the service
 * keeps them. Not while the tab is hidden. `EventSource` cannot show a token, so this is a plain request.
 */
export async function followEvents(query: string, taker: EventTaker, cancel: AbortSignal): Promise<void> {
  let last: string | null = null;
  while (!cancel.aborted) {
    const leave = new AbortController();
    const hide = () => document.hidden && leave.abort();
    document.addEventListener('visibilitychange', hide);
    try {
      await readStream(query, last, AbortSignal.any([cancel, leave.signal]), taker, (id) => {
        last = id;
      });
      if (!cancel.aborted) taker.state(new ApiError(0, 'the stream has ended'));
    } catch (error) {
      if (!cancel.aborted && !leave.signal.aborted) taker.state(asApiError(error));
    }
    document.removeEventListener('visibilitychange', hide);
    if (document.hidden) await untilSeen(cancel);
    else await pause(AGAIN_MS, cancel);
  }
}

async function readStream(
  query: string,
  last: string | null,
  signal: AbortSignal,
  taker: EventTaker,
  keepId: (id: string) => void,
): Promise<void> {
  const headers: Record<string, string> = last === null ? {} : { 'last-event-id': last };
  const response = await request(`/v1/events${query === '' ? '' : `?${query}`}`, { signal, headers });
  if (response.status === 401) wantsToken.value = true;
  if (!response.ok || response.body === null) throw new ApiError(response.status, await problemOf(response));
  taker.state(null);
  const lines = new EventLines();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    for (const event of lines.take(value)) {
      if (event.id !== null) keepId(event.id);
      tell(event, taker);
    }
  }
}

function tell({ name, data }: StreamEvent, taker: EventTaker): void {
  const parsed = JSON.parse(data);
  if (name === 'dropped') taker.dropped(typeof parsed.count === 'number' ? parsed.count : null);
  else taker.event(parsed);
}

async function problemOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    return String(JSON.parse(text).detail);
  } catch {
    return `${response.status} ${response.statusText}`;
  }
}

function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError(0, String(error));
}
