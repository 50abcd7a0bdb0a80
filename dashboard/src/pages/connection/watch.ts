import { useEffect, useRef, useState } from 'preact/hooks';
import type { ConnectionView } from '../../../../src/core/connection-view.ts';
import type { ApiError } from '../../api.ts';
import { usePoll } from '../../poll.ts';
import { type Ending, watchEnding } from './ending.ts';
import { type Sampled, Samples } from './samples.ts';

const EVERY_MS = 1_000;

/** What is known of a connection that is looked at. */
export interface Watched {
  /** As it was seen last; null = not seen yet. */
  readonly view: ConnectionView | null;
  /** When that was, by this page's own clock (performance.now). */
  readonly seen: number;
  readonly sampled: Sampled | null;
  /** `gone`: there is no such connection, or no more, and how it ended is not known, or not yet. null = it lives. */
  readonly end: Ending | 'gone' | null;
  /** Why it cannot be looked at now; null = it can. */
  readonly error: ApiError | null;
}

interface Seen {
  readonly view: ConnectionView;
  readonly at: number;
  readonly sampled: Sampled;
}

/** Looks at a connection once a second until it ends; what was seen last stays. */
export function useConnection(id: string): Watched {
  const samples = useRef(new Samples());
  const [seen, setSeen] = useState<Seen | null>(null);
  const [ending, setEnding] = useState<Ending | null>(null);
  const [isGone, setIsGone] = useState(false);
  const path = ending !== null || isGone ? null : `/v1/connections/${encodeURIComponent(id)}`;
  const { error } = usePoll<ConnectionView>(path, EVERY_MS, (view) => {
    samples.current.add(view);
    setSeen({ view, at: performance.now(), sampled: samples.current.columns() });
  });
  useEffect(() => {
    if (error?.status === 404) setIsGone(true);
  }, [error]);
  const wasNever = isGone && seen === null;
  useEffect(() => {
    if (wasNever) return;
    const cancel = new AbortController();
    watchEnding(id, setEnding, cancel.signal);
    return () => cancel.abort();
  }, [id, wasNever]);
  return {
    view: seen?.view ?? null,
    seen: seen?.at ?? 0,
    sampled: seen?.sampled ?? null,
    end: ending ?? (isGone ? 'gone' : null),
    error: error?.status === 404 ? null : error,
  };
}
