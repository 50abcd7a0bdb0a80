import { useEffect, useState } from 'preact/hooks';
import type { ConnectionView } from '../../../../src/core/connection-view.ts';
import { Waterfall } from '../../parts/waterfall.tsx';
import type { Ending } from './ending.ts';
import { setUpEnd, timelineOf } from './timeline.ts';

/** How often the state that lasts is drawn longer. */
const GROWS_MS = 250;

export interface LifeProps {
  readonly view: ConnectionView;
  /** When it was told, by performance.now. */
  readonly seen: number;
  readonly end: Ending | 'gone' | null;
}

/** Its states, and the attempts to reach a backend, as a waterfall; the last state grows. */
export function LifeOf({ view, seen, end }: LifeProps) {
  const [isWhole, setIsWhole] = useState(false);
  const passed = usePassed(seen, end === null);
  const now = end === null ? view.at + passed : end === 'gone' ? view.at : end.at;
  const stretches = timelineOf(
    {
      opened: view.opened,
      attempts: view.attempts,
      visits: end === null || end === 'gone' ? view.visits : end.visits,
      present: end === null || end === 'gone' ? { state: view.state, since: view.since } : null,
    },
    now,
  ).map((stretch) => ({ ...stretch, isLive: stretch.isLive && end === null }));
  const setUp = setUpEnd(stretches);
  const to = Math.max(now, ...stretches.map((stretch) => stretch.to));
  return (
    <section>
      <div class="bar">
        <h2>States</h2>
        {setUp === null ? null : (
          <button type="button" aria-pressed={isWhole} onClick={() => setIsWhole(!isWhole)}>
            {isWhole ? 'its set-up alone' : 'its whole life'}
          </button>
        )}
      </div>
      <Waterfall
        label="states of the connection, and attempts to reach a backend"
        stretches={stretches}
        from={view.opened}
        to={setUp === null || isWhole ? to : setUp}
      />
    </section>
  );
}

/** Milliseconds since `seen`, again and again while `isLive`. */
function usePassed(seen: number, isLive: boolean): number {
  const [now, setNow] = useState(performance.now());
  useEffect(() => {
    if (!isLive) return;
    const timer = setInterval(() => {
      if (!document.hidden) setNow(performance.now());
    }, GROWS_MS);
    return () => clearInterval(timer);
  }, [isLive]);
  return Math.max(0, now - seen);
}
