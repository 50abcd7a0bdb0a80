import { shownUrl } from './endpoints.ts';
import type { Log } from './log.ts';
import { EVENTS } from './names.ts';
import { MESSAGE_CHARS_MAX, shown } from './text.ts';

/** Shortest time between two lines about failed exports. */
export const EXPORT_WARNING_INTERVAL_MS = 60_000;

export type Signal = 'traces' | 'metrics';

/** Tells the log of failed exports: the first at once, then at most one line a minute with how many there were. */
export class ExportWarnings {
  readonly #log: Log;
  readonly #now: () => number;
  #lastAt = Number.NEGATIVE_INFINITY;
  #failures: Partial<Record<Signal, number>> = {};
  #spansLost = 0;

  /** `now` in milliseconds since 1970. */
  constructor(log: Log, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** An export of `signal` to `url` failed, and `spans` spans with it. */
  failed(signal: Signal, url: string, error: unknown, spans: number): void {
    this.#failures[signal] = (this.#failures[signal] ?? 0) + 1;
    this.#spansLost += spans;
    const now = this.#now();
    if (now - this.#lastAt < EXPORT_WARNING_INTERVAL_MS) return;
    this.#lastAt = now;
    const fields = {
      signal,
      endpoint: shownUrl(url),
      cause: causeOf(error),
      failures: this.#failures,
      spans_lost: this.#spansLost,
    };
    this.#failures = {};
    this.#spansLost = 0;
    this.#log.write('warn', EVENTS.exportFailed, fields, now);
  }
}

/** What an error says; errors of several connection attempts have no text of their own. */
function causeOf(error: unknown): string {
  const first = error instanceof AggregateError ? (error.errors[0] ?? error) : error;
  if (!(first instanceof Error)) return shown(String(first ?? 'unknown'), MESSAGE_CHARS_MAX);
  const code = (first as NodeJS.ErrnoException).code;
  return shown(first.message || String(code ?? first.name), MESSAGE_CHARS_MAX);
}
