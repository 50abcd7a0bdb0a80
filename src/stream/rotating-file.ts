import type { TeeFilesPlan } from '../core/tee-plan.ts';
import { type FileSinkOptions, fileSink } from './tee-file.ts';
import type { TeeSink } from './tee-sink.ts';
import type { TeeStore } from './tee-store.ts';

export interface RotatingFileOptions {
  readonly limits: TeeFilesPlan;
  readonly store: TeeStore;
  /** Name of a file that is begun at a time, milliseconds since 1970. */
  readonly path: (startedAt: number) => string;
  /** What stands at the beginning of each file. If not provided, nothing does. */
  readonly begin?: (at: number) => Uint8Array;
  /** As `FileSinkOptions.isOfRecords`. */
  readonly isOfRecords: boolean;
  /** As `FileSinkOptions.waitingBytesMax`. */
  readonly waitingBytesMax?: number;
  /** As `FileSinkOptions.open`. */
  readonly open?: FileSinkOptions['open'];
  /** Told once, when it stops before its end. */
  readonly failed: (message: string) => void;
  /** Told of each file that nothing more is written to, whether it could be written or not. */
  readonly done?: () => void;
}

/** A file that is followed by another when it has grown long or old. Writing never waits; see `fileSink`. */
export class RotatingFile {
  readonly #options: RotatingFileOptions;
  #sink: TeeSink | null = null;
  #startedAt = 0;
  #bytes = 0;
  #lastAt = 0;
  #isTold = false;
  /** Which file it is, from 1; 0 = none was begun. */
  number = 0;
  /** It has failed, or was closed: nothing is taken any more. */
  isOver = false;

  constructor(options: RotatingFileOptions) {
    this.#options = options;
  }

  /**
   * Makes ready for a record of `at`: begins the first file, or another where the one before is full. Returns the time to
   * write, never before that of an earlier record. `startedAt` is for the name of a first file.
   */
  prepare(at: number, startedAt = at): number {
    const time = this.timeOf(at);
    if (this.isOver) return time;
    if (this.#sink === null) this.#begin(startedAt);
    else if (this.#isFull) {
      this.#sink.close();
      this.#begin(time);
    }
    return time;
  }

  /** The time to write for a last word, for which no other file is begun. */
  timeOf(at: number): number {
    this.#lastAt = Math.max(this.#lastAt, at);
    return this.#lastAt;
  }

  /** A whole record, which is valid until this returns. `prepare` comes first. */
  write(record: Uint8Array): void {
    if (this.isOver || this.#sink === null || record.length === 0) return;
    if (!this.#options.store.take(record.length)) {
      this.#fail(
        `${this.#options.path(this.#startedAt)}: stopped: its tee has written all that it may in total`,
      );
      return;
    }
    this.#bytes += record.length;
    this.#sink.write(record);
  }

  /** Nothing more comes. */
  close(): void {
    this.isOver = true;
    this.#sink?.close();
    this.#sink = null;
  }

  get #isFull(): boolean {
    const { sizeBytes = 0, ageMs = 0 } = this.#options.limits.rotate ?? {};
    if (sizeBytes > 0 && this.#bytes >= sizeBytes) return true;
    return ageMs > 0 && this.#lastAt - this.#startedAt >= ageMs;
  }

  #begin(startedAt: number): void {
    const { path, begin, store, isOfRecords, waitingBytesMax, open, done } = this.#options;
    this.#startedAt = startedAt;
    this.#bytes = 0;
    this.number++;
    this.#sink = fileSink({
      path: path(startedAt),
      isOfRecords,
      failed: (message) => this.#fail(message),
      closed: (name, bytes) => store.finished(name, bytes),
      ...(waitingBytesMax === undefined ? {} : { waitingBytesMax }),
      ...(open === undefined ? {} : { open }),
      ...(done === undefined ? {} : { done }),
    });
    if (begin !== undefined) this.write(begin(this.#lastAt));
  }

  #fail(message: string): void {
    this.close();
    if (!this.#isTold) this.#options.failed(message);
    this.#isTold = true;
  }
}
