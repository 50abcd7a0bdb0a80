import { defectLine } from './failure.ts';
import { type StopHost, type Stoppable, stopAfterDefect } from './stopping.ts';

/** How long handles that something left open may hold a process that has done its work. */
export const EXIT_MS_MAX = 1_000;

/** This process, as stopping sees it. */
export const HOST: StopHost = {
  on: (signal, listener) => process.on(signal, listener),
  off: (signal, listener) => process.off(signal, listener),
  endWithin(delayMs, exitCode) {
    if (delayMs === 0) process.exit(exitCode);
    setTimeout(() => process.exit(exitCode), delayMs).unref();
  },
};

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
