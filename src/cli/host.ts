import { stat } from 'node:fs/promises';
import { defectLine } from './failure.ts';
import { hasHungUp } from './hang-ups.ts';
import type { ReloadHost } from './reloading.ts';
import { type StopHost, type Stoppable, stopAfterDefect } from './stopping.ts';
import type { WatchHost } from './watching.ts';

/** How long handles that something left open may hold a process that has done its work. */
export const EXIT_MS_MAX = 1_000;

/** The longest wait of a timer; it takes a longer one for none. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** This process, as stopping and reloading see it. */
export const HOST: StopHost & ReloadHost & WatchHost = {
  on: (signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void) => process.on(signal, listener),
  off: (signal, listener) => process.off(signal, listener),
  endWithin(delayMs, exitCode) {
    if (delayMs === 0) process.exit(exitCode);
    return after(delayMs, () => process.exit(exitCode));
  },
  hasHungUp,
  after,
  async stamp(file) {
    try {
      const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
      return [dev, ino, size, mtimeNs, ctimeNs].join();
    } catch (error) {
      return String((error as NodeJS.ErrnoException).code);
    }
  },
};

function after(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, Math.min(delayMs, TIMER_MS_MAX)).unref();
  return () => clearTimeout(timer);
}

/** A reader that goes away (`sluice machines | head`) is no reason to crash. */
export function survivePipes(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

/**
 * Whatever nobody caught is a defect of the program, since the callbacks of connections are guarded where they run. It is
 * told as a line of the log on standard error, then the process ends with exit code 1. `service` is what to cut.
 */
export function endOnDefect(service: () => Stoppable | null): void {
  let ending = false;
  process.on('uncaughtException', (error, origin) => {
    process.stderr.write(defectLine(error, origin, Date.now()));
    if (ending) return;
    ending = true;
    stopAfterDefect(service(), HOST);
  });
}
