import type { CloseReason } from '../core/close-reason.ts';
import type { Direction } from '../core/direction.ts';
import type { CapturedConnection } from './captured.ts';

export interface CaptureOptions {
  /** Longest packet that is kept whole, in bytes with its headers; of a longer one so many are kept. Of pcapng alone. */
  readonly snapBytes: number;
}

/**
 * Writes what happens to connections as the text or the blocks of a format. Pure: each call returns bytes that belong at
 * the end of the file, always whole records, none where there is nothing to say. Times are milliseconds since 1970 with
 * fractions; within a file they must not go back.
 */
export interface CaptureEncoder {
  /** What stands at the beginning of every file. */
  begin(at: number): Uint8Array;
  /** A connection that is to be written. */
  connection(captured: CapturedConnection): ConnectionEncoder;
}

/** One connection in a file, or in several one after another. */
export interface ConnectionEncoder {
  /** The first word of it. `skipped`: bytes of each direction that went before and are not in the file. */
  opened(at: number, skipped?: Skipped): Uint8Array;
  /** The first word of it in a further file. */
  continued(at: number): Uint8Array;
  data(direction: Direction, bytes: Uint8Array, at: number): Uint8Array;
  /** The sender of a direction has finished. */
  fin(direction: Direction, at: number): Uint8Array;
  /** A direction ends by RST, behind the bytes before it. */
  failed(direction: Direction, reason: CloseReason, at: number): Uint8Array;
  /** The connection is no more. Nothing may follow. */
  ended(reason: CloseReason, at: number): Uint8Array;
}

export type Skipped = Readonly<Record<Direction, number>>;

export const NONE_SKIPPED: Skipped = { up: 0, down: 0 };
export const NOTHING = new Uint8Array(0);
