import { useEffect, useRef, useState } from 'preact/hooks';
import type { AdminEvent } from '../../../../src/core/admin-event.ts';
import type { ApiError } from '../../api.ts';
import { EventLog } from '../../event-log.ts';
import { followEvents } from '../../follow-events.ts';

export interface FollowedEvents {
  readonly log: EventLog<AdminEvent>;
  /** Whether the stream is open. */
  readonly isOpen: boolean;
  /** Why it is not; null = it is, or is being opened. */
  readonly error: ApiError | null;
  /** Draws what was changed of the log. */
  redraw(): void;
}

/** The events that a query means, from now on; what comes is drawn once a frame at most. null: none. */
export function useEvents(query: string | null): FollowedEvents {
  const log = useRef<EventLog<AdminEvent> | null>(null);
  log.current ??= new EventLog();
  const kept = log.current;
  const [, setDrawn] = useState(0);
  const [stream, setStream] = useState<{ isOpen: boolean; error: ApiError | null }>({
    isOpen: false,
    error: null,
  });
  const redraw = () => setDrawn((drawn) => drawn + 1);
  useEffect(() => {
    kept.clear();
    setStream({ isOpen: false, error: null });
    if (query === null) return;
    const cancel = new AbortController();
    let asked = 0;
    const redrawSoon = () => {
      if (asked !== 0) return;
      asked = requestAnimationFrame(() => {
        asked = 0;
        redraw();
      });
    };
    const taker = {
      event: (event: AdminEvent) => {
        kept.take(event);
        redrawSoon();
      },
      dropped: (count: number | null) => {
        kept.drop(count);
        redrawSoon();
      },
      state: (error: ApiError | null) => setStream({ isOpen: error === null, error }),
    };
    void followEvents(query, taker, cancel.signal);
    return () => {
      cancel.abort();
      cancelAnimationFrame(asked);
    };
  }, [query]);
  return { log: kept, ...stream, redraw };
}
