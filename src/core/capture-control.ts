import type { Cidr } from './cidr.ts';
import type { StageTarget } from './stage-control.ts';

/** Captures that run at once in a service; the next one is refused. */
export const CAPTURES_MAX = 4;

/** How long a capture may last. */
export const CAPTURE_MS_MAX = 3_600_000;

/** Bytes of pcapng that a capture may have. */
export const CAPTURE_BYTES_MAX = 16 * 1024 ** 3;

/** Which of its target's connections a capture is about; an empty list leaves that out of account. */
export interface CaptureFilter {
  /** Networks of which the client's socket has an address. */
  readonly clients: readonly Cidr[];
  /** Names of routes, one of which has been taken. */
  readonly routes: readonly string[];
}

/** What is to be captured. */
export interface CaptureRequest {
  readonly target: StageTarget;
  readonly filter: CaptureFilter;
  /** It ends after so long. */
  readonly forMs: number;
  /** It ends before it has more bytes of pcapng; on the disk each shard may have as many, and little more. */
  readonly bytesMax: number;
  /** Of each packet, headers included. */
  readonly snapBytes: number;
}

/**
 * Why a capture has ended: its time, its bytes, somebody has ended it, its listener or connection is no more (or its shard
 * does not answer), the service has ended.
 */
export type CaptureEnd = 'time' | 'bytes' | 'asked' | 'gone' | 'service-end';

/** A capture that runs, for people. */
export interface CaptureView {
  readonly id: string;
  readonly target: StageTarget;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly forMs: number;
  /** Of pcapng, handed out so far. */
  readonly bytes: number;
}

/** A capture that runs. Whoever started it reads `bytes` once and calls `close`, whatever happens. */
export interface Capture {
  readonly id: string;
  /**
   * One section of pcapng while it is taken, each piece some whole blocks; in order of time, as far as all shards have written
   * within a second. Ends with the capture. Does not reject but for trouble with its files.
   */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** null while it runs. */
  readonly end: CaptureEnd | null;
  /** Ends it where it runs, and removes its files. Never rejects. */
  close(): Promise<void>;
}

/** Captures on demand. */
export interface CaptureControl {
  /**
   * Begins one. Rejects with a SluiceError STAGE_TARGET_UNKNOWN where there is no such listener or connection,
   * CAPTURE_REFUSED where there are as many as can be or no directory for it, STAGE_REFUSED where the target has too many stages.
   */
  start(request: CaptureRequest): Promise<Capture>;
  /** Those that run, the oldest first. */
  list(): readonly CaptureView[];
  /** Ends one; what it has taken is still read. false where none of this id runs. */
  stop(id: string): boolean;
}
