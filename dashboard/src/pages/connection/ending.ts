import type { AdminEvent } from '../../../../src/core/admin-event.ts';
import type { StateVisit } from '../../../../src/core/facts.ts';
import { request } from '../../api.ts';
import { pause } from '../../poll.ts';

/** How a connection has ended. */
export interface Ending {
  /** Milliseconds since 1970, by the clock of the service. */
  readonly at: number;
  readonly reason: string;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** All its states. */
  readonly visits: readonly StateVisit[];
}

/** After a stream that broke off or was refused. */
const AGAIN_MS = 2_000;
/** Characters of a line of the stream; one that is longer is none of ours. */
const LINE_CHARS_MAX = 1_000_000;

/** Waits for the end of a connection by the stream of events; null where `cancel` came first. */
export async function endingOf(connection: string, cancel: AbortSignal): Promise<Ending | null> {
  const path = `/v1/events?kind=closed&connection=${encodeURIComponent(connection)}`;
  while (!cancel.aborted) {
    const ending = await listen(path, cancel).catch(() => null);
    if (ending !== null) return ending;
    await pause(AGAIN_MS, cancel);
  }
  return null;
}

async function listen(path: string, cancel: AbortSignal): Promise<Ending | null> {
  const response = await request(path, { signal: cancel });
  if (!response.ok || response.body === null) return null;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    const lines = `${rest}${piece.value}`.split('\n');
    rest = (lines.pop() ?? '').slice(0, LINE_CHARS_MAX);
    const data = lines.find((line) => line.startsWith('data: '));
    if (data === undefined) continue;
    void reader.cancel();
    return endingIn(JSON.parse(data.slice('data: '.length)));
  }
  return null;
}

/** What an event `closed` says. */
export function endingIn({ at, data }: AdminEvent): Ending {
  const { reason, bytesUp, bytesDown, visits } = data;
  return {
    at,
    reason: String(reason),
    bytesUp: Number(bytesUp),
    bytesDown: Number(bytesDown),
    visits: visits as readonly StateVisit[],
  };
}
