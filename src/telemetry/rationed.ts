import { setTimeout as sleep } from 'node:timers/promises';

/** Share of the thread that rendering may take: after a page that took 20 ms, the next waits for 80 ms. */
export const RENDER_SHARE_MAX = 0.2;

/** Time in milliseconds, and waiting in it. */
export interface RationClock {
  now(): number;
  sleep(ms: number): Promise<unknown>;
}

const CLOCK: RationClock = { now: () => performance.now(), sleep: (ms) => sleep(ms) };

/**
 * `render` for any number of callers at once, whom it gives one fresh page together: a page is never older than the call
 * for it, but calls that come too fast wait, so that rendering keeps to its share of the thread.
 */
export function rationed(render: () => Promise<string>, clock: RationClock = CLOCK): () => Promise<string> {
  let waiting: Promise<string> | null = null;
  let last: Promise<unknown> = Promise.resolve();
  let readyAt = Number.NEGATIVE_INFINITY;
  const renderInTurn = async (): Promise<string> => {
    await last;
    const wait = readyAt - clock.now();
    if (wait > 0) await clock.sleep(wait);
    waiting = null;
    const from = clock.now();
    const page = render();
    last = page.then(
      () => {},
      () => {},
    );
    try {
      return await page;
    } finally {
      const to = clock.now();
      readyAt = to + (to - from) * (1 / RENDER_SHARE_MAX - 1);
    }
  };
  return () => {
    waiting ??= renderInTurn();
    return waiting;
  };
}
