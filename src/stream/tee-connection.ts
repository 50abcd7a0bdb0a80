import type { ConnectionEncoder } from '../capture/index.ts';
import { CLOSE_REASONS, type CloseReason } from '../core/close-reason.ts';
import type { Direction } from '../core/direction.ts';
import { DRAIN } from './drain.ts';
import type { RotatingFile } from './rotating-file.ts';
import type { TeeSink } from './tee-sink.ts';

export interface TeeConnectionOptions {
  /** The file it writes into. */
  readonly file: RotatingFile;
  readonly encoder: ConnectionEncoder;
  /** When the connection was accepted. */
  readonly openedAt: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told once: it writes nothing any more. */
  readonly left: () => void;
  /** `ended` will be called. Where not, it ends with its last direction. */
  readonly endIsTold: boolean;
}

/** A connection's part of a file: what comes in both directions, in the order in which it comes, and its end. */
export class TeeConnection {
  readonly #options: TeeConnectionOptions;
  /** Which file of the rotating one it has written to; 0 = none. */
  #number = 0;
  #directions = 0;
  /** The tee is taken away while its connection lives. */
  #isTakenAway = false;
  #isOver = false;

  constructor(options: TeeConnectionOptions) {
    this.#options = options;
  }

  /** Takes what comes in a direction. Nothing is opened before the first byte, FIN or RST. */
  sink(direction: Direction): TeeSink {
    this.#directions++;
    return {
      write: (bytes) => this.#record((encoder, at) => encoder.data(direction, bytes, at)),
      fin: () => this.#record((encoder, at) => encoder.fin(direction, at)),
      failed: (error) => {
        this.#isTakenAway ||= error === DRAIN;
        const reason = reasonOf(error);
        if (reason !== null) this.#record((encoder, at) => encoder.failed(direction, reason, at));
      },
      close: () => {
        this.#directions--;
        if (this.#directions === 0 && (this.#isTakenAway || !this.#options.endIsTold)) this.#leave();
      },
    };
  }

  /** The connection is no more. */
  ended(reason: CloseReason): void {
    if (this.#number > 0 && !this.#isOver) this.#end(reason);
    this.#leave();
  }

  #record(encode: (encoder: ConnectionEncoder, at: number) => Uint8Array): void {
    const { file, encoder, now, openedAt } = this.#options;
    if (this.#isOver || file.isOver) return;
    const at = file.prepare(now(), openedAt);
    if (this.#number === 0) file.write(encoder.opened(at));
    else this.#follow(at);
    this.#number = file.number;
    file.write(encode(encoder, at));
  }

  #end(reason: CloseReason): void {
    const { file, encoder, now } = this.#options;
    const at = file.timeOf(now());
    this.#follow(at);
    file.write(encoder.ended(reason, at));
  }

  /** Into the file that has followed the one it has written to. */
  #follow(at: number): void {
    const { file, encoder } = this.#options;
    if (this.#number !== file.number) file.write(encoder.continued(at));
  }

  #leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.left();
  }
}

/** The reason with which the connection makes a direction fail; null where it is a stage that goes. */
export function reasonOf(error: unknown): CloseReason | null {
  return error instanceof Error && Object.hasOwn(CLOSE_REASONS, error.message)
    ? (error.message as CloseReason)
    : null;
}
