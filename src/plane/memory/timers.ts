import type { Cancellable, Timers } from '../../core/ports.ts';
import type { VirtualClock } from './clock.ts';

/** The timers of one plane; `close` cancels those that wait and refuses new ones in silence. */
export interface PlaneTimers extends Timers {
  close(): void;
}

/** Timers on the network's wheel. What `fire` throws goes to `report`. */
export function createPlaneTimers(
  clock: VirtualClock,
  epoch: number,
  report: (error: unknown) => void,
): PlaneTimers {
  const waiting = new Set<Cancellable>();
  let closed = false;
  return {
    epoch,
    now: () => clock.now(),
    after: (delayMs, fire) => {
      if (closed) return { cancel: () => {} };
      const timer = clock.timer(delayMs, () => {
        waiting.delete(timer);
        try {
          fire();
        } catch (error) {
          report(error);
        }
      });
      waiting.add(timer);
      return {
        cancel: () => {
          waiting.delete(timer);
          timer.cancel();
        },
      };
    },
    close: () => {
      closed = true;
      for (const timer of waiting) timer.cancel();
      waiting.clear();
    },
  };
}
