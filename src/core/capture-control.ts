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

/** Why a capture has ended, with how people are told. `gone` is also where its shard does not answer. */
export const CAPTURE_ENDS = {
  time: 'its time is over',
  bytes: 'it has all the bytes it may have',
  asked: 'it was ended',
  gone: 'the listener or connection is no more',
  'service-end': 'the service has ended',
} as const;
export type CaptureEnd = keyof typeof CAPTURE_ENDS;

/** Captures that have ended of which is remembered why; the oldest is forgotten first. */
export const ENDED_CAPTURES_MAX = 64;

/** A capture that runs, or has ended, for people. */
export interface CaptureView {
  readonly id: string;
  readonly target: StageTarget;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly forMs: number;
  /** Of pcapng, handed out so far. */
  readonly bytes: number;
  /** null while it runs. */
  readonly end: CaptureEnd | null;
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
  /** One that runs, or one of the last that have ended; null where none of this id is known. */
  get(id: string): CaptureView | null;
  /** Ends one; what it has taken is still read. false where none of this id runs. */
  stop(id: string): boolean;
}
