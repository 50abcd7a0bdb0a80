import type { CaptureFilter } from './capture-control.ts';
import type { Direction } from './direction.ts';

/** Formats that hold both directions, what became of them, and whose they are. */
export const CAPTURE_FORMATS = ['hex', 'jsonl', 'pcapng'] as const;
export type CaptureFormat = (typeof CAPTURE_FORMATS)[number];

/** `raw`: the bytes of one direction and nothing else. */
export const TEE_FORMATS = ['raw', ...CAPTURE_FORMATS] as const;
export type TeeFormat = (typeof TEE_FORMATS)[number];

/** What a tee's file name may contain in braces. */
export const TEE_FILE_PLACEHOLDERS = ['start', 'listener', 'shard', 'connection', 'direction'] as const;

/** Longest packet there is: what is kept of one where nothing else is said. */
export const SNAP_BYTES_MAX = 65_535;

/** Copies what passes into files. */
export interface TeePlan extends TeeFilesPlan {
  readonly kind: 'tee';
  /** A file name with `TEE_FILE_PLACEHOLDERS`. */
  readonly file: string;
  readonly format: TeeFormat;
  /** Whose bytes share a file; absent: each connection has its own. */
  readonly per?: 'listener';
  /** The one direction that is copied; absent: both. */
  readonly direction?: Direction;
  /** Of pcapng: bytes that are kept of each packet; absent: all. */
  readonly snapBytes?: number;
  /** The connections that are copied, of a capture on demand; absent: all. */
  readonly only?: CaptureFilter;
}

/** How much a tee may leave on the disk. Each shard counts what it has written itself. */
export interface TeeFilesPlan {
  readonly rotate?: {
    /** A file that has come to so many bytes is followed by another; 0 = however long it gets. */
    readonly sizeBytes: number;
    /** So is a file that was begun so long ago; 0 = however old it gets. */
    readonly ageMs: number;
    /** Finished files that stay; the oldest of more are removed. 0 = all stay. */
    readonly keep: number;
  };
  /** Bytes that all files together may have, those that were removed not counted: then the tee stops. Absent: no cap. */
  readonly totalBytes?: number;
}

/** Remembers the end of each direction, and writes it as pcapng when a connection has ended badly. */
export interface FlightRecorderPlan {
  readonly kind: 'flight_recorder';
  /** Remembered of each direction. */
  readonly bytes: number;
  readonly file: string;
  /** Files that stay, of each shard; the oldest of more are removed. 0 = all stay. */
  readonly keep: number;
}
