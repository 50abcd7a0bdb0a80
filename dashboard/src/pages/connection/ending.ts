import type { AdminEvent } from '../../../../src/core/admin-event.ts';
import type { StateVisit } from '../../../../src/core/facts.ts';
import { followEvents } from '../../follow-events.ts';

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

/** Calls `take` when a connection ends, by the stream of events, unless `cancel` comes first. */
export function watchEnding(connection: string, take: (ending: Ending) => void, cancel: AbortSignal): void {
  const over = new AbortController();
  const taker = {
    event: (event: AdminEvent) => {
      over.abort();
      take(endingIn(event));
    },
    dropped: () => {},
    state: () => {},
  };
  const query = `kind=closed&connection=${encodeURIComponent(connection)}`;
  void followEvents(query, taker, AbortSignal.any([cancel, over.signal]));
}

/** What an event `closed` says. */
export function endingIn({ at, data }: Pick<AdminEvent, 'at' | 'data'>): Ending {
  const { reason, bytesUp, bytesDown, visits } = data;
  return {
    at,
    reason: String(reason),
    bytesUp: Number(bytesUp),
    bytesDown: Number(bytesDown),
    visits: visits as readonly StateVisit[],
  };
}
