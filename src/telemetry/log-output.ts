import pino from 'pino';

/** Log that may wait for a slow reader of the log; lines beyond it are dropped and counted. */
export const LOG_WAITING_BYTES_MAX = 8 * 1024 * 1024;

/** Errors after which nobody will read any more. */
const GONE = ['EPIPE', 'EBADF', 'ECONNRESET', 'ENOTCONN', 'EIO'];

/** Where lines of the log go. */
export interface LogOutput {
  /** Takes a line with its newline. Never throws, never waits. */
  write(line: string): void;
  /** Lines that were lost: nobody reads any more, or not fast enough. */
  readonly dropped: number;
  /** Resolves when all is written or lost; what comes later is dropped. */
  close(): Promise<void>;
  /** Gives up what still waits, so that it does not hold the process. */
  abandon(): void;
}

/**
 * Lines to a descriptor, written as soon as it takes them, on another thread. A reader that stalls stops neither the loop
 * nor the service; one that has gone does not end it. What waits when the process exits is written first.
 * A descriptor other than stdout and stderr is closed with the output.
 */
export function openLogOutput(fd: number): LogOutput {
  const stream = pino.destination({ fd, sync: false, maxLength: LOG_WAITING_BYTES_MAX });
  let dropped = 0;
  let open = true;
  let broken = false;
  let settle: () => void = () => {};
  stream.on('drop', () => dropped++);
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!broken && GONE.includes(error.code ?? '')) {
      broken = true;
      stream.destroy();
    }
    settle();
  });
  stream.on('close', () => settle());
  return {
    write(line) {
      if (open && !broken) stream.write(line);
      else dropped++;
    },
    get dropped() {
      return dropped;
    },
    close() {
      open = false;
      if (broken) return Promise.resolve();
      return new Promise((resolve) => {
        settle = resolve;
        stream.end();
      });
    },
    abandon() {
      open = false;
      stream.destroy();
    },
  };
}
