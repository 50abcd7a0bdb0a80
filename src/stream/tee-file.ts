import { type FileHandle, open } from 'node:fs/promises';
import { messageOf } from '../core/error-fact.ts';
import { formatBytes } from '../core/units.ts';
import { Held } from './held.ts';
import { releaseTeeBuffer, reserveTeeBuffer, trackWriting } from './tee-registry.ts';
import type { TeeSink } from './tee-sink.ts';

/** Bytes that one tee may have waiting for its file. */
export const TEE_BUFFER_BYTES_MAX = 8 * 1024 * 1024;

/** Names tried for a file: the one asked for, then `.1`, `.2` … behind it. */
export const TEE_NAMES_MAX = 100;

/** The same for the file of a listener, in which all its connections come together. */
export const TEE_SHARED_BUFFER_BYTES_MAX = 64 * 1024 * 1024;

/** Longest piece that small writes are joined to. */
const PIECE_BYTES = 64 * 1024;

/** About how much is given to the system at once: on the linux plane its answer is heard only every few milliseconds. */
const WRITE_BYTES = 2 * 1024 * 1024;

/** What is captured is for its owner alone. */
const FILE_MODE = 0o600;

export interface FileSinkOptions {
  /** The file to create, in a directory that exists. */
  readonly path: string;
  /** Told once when the file cannot take everything, with how many bytes it got. */
  readonly failed: (message: string) => void;
  /**
   * What is written are records, none of which may be cut off: where the system refuses, what it took of the last one is
   * taken back. If not provided, defaults to false.
   */
  readonly isOfRecords?: boolean;
  /** Bytes that may wait for the file. If not provided, defaults to `TEE_BUFFER_BYTES_MAX`. */
  readonly waitingBytesMax?: number;
  /** Told once when a file that was made is closed: its name, and its bytes. */
  readonly closed?: (path: string, bytes: number) => void;
  /** Told once when a sink that got bytes does nothing more, whatever became of them. */
  readonly done?: () => void;
  /** Opens a file that must not exist. If not provided, defaults to `open` of node:fs/promises. */
  readonly open?: (path: string, flags: 'wx', mode: number) => Promise<FileHandle>;
}

/**
 * A file that takes bytes. It is created with the first byte, and always anew: an existing name
 * gets a number behind it, so that no two connections share a file and no link planted at the name is followed. Writing
 * is asynchronous. When more than `waitingBytesMax` wait, or the system refuses to write, the sink stops for good
 * and says so: a file holds all bytes up to some point, never with a hole. `flushTees` waits for what is being written.
 */
export function fileSink(options: FileSinkOptions): TeeSink {
  return new FileSink(options);
}

class FileSink implements TeeSink {
  readonly #options: FileSinkOptions;
  readonly #held = new Held(PIECE_BYTES);
  #file: FileHandle | null = null;
  /** The name that was free. */
  #path = '';
  /** Bytes taken and not yet in the file. */
  #waiting = 0;
  #written = 0;
  /** Up to the end of the last whole record. */
  #whole = 0;
  #ended = false;
  #running = false;
  /** Why the sink stopped before its end. */
  #trouble: string | null = null;

  constructor(options: FileSinkOptions) {
    this.#options = options;
  }

  write(bytes: Uint8Array): void {
    if (this.#ended) return;
    const { waitingBytesMax = TEE_BUFFER_BYTES_MAX } = this.#options;
    const fits = this.#waiting + bytes.length <= waitingBytesMax;
    if (fits && reserveTeeBuffer(bytes.length)) {
      this.#waiting += bytes.length;
      this.#held.push({ bytes, at: 0, borrowed: true });
    } else {
      const whose = fits ? 'all tees' : 'this tee';
      this.#trouble = `the disk is too slow: ${formatBytes(this.#waiting)} wait, more than ${whose} may hold`;
      this.#ended = true;
    }
    this.#start();
  }

  close(): void {
    this.#ended = true;
    if (this.#file !== null) this.#start();
  }

  #start(): void {
    if (this.#running) return;
    this.#running = true;
    trackWriting(this.#run());
  }

  /** Writes what is held; at the end, closes the file and tells of trouble. Never rejects. */
  async #run(): Promise<void> {
    try {
      while (this.#held.bytes > 0) await this.#writeNext();
    } catch (error) {
      this.#abandon(messageOf(error));
    }
    if (this.#ended) await this.#finish();
    this.#running = false;
  }

  async #writeNext(): Promise<void> {
    const file = this.#file ?? (await this.#create());
    const pieces = this.#gather();
    const bytes = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
    for (let from = 0; from < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, from, bytes.length - from);
      if (bytesWritten === 0) throw new Error('the system took no bytes');
      from += bytesWritten;
      this.#written += bytesWritten;
      this.#giveBack(bytesWritten);
      while (pieces[0] !== undefined && this.#whole + pieces[0].length <= this.#written)
        this.#whole += pieces.shift()?.length ?? 0;
    }
  }

  /** Pieces of whole records, as many as are written at once; at least one is held. */
  #gather(): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    for (let bytes = 0; bytes < WRITE_BYTES; ) {
      const piece = this.#held.take(Number.POSITIVE_INFINITY)?.bytes;
      if (piece === undefined) break;
      pieces.push(piece);
      bytes += piece.length;
    }
    return pieces;
  }

  async #create(): Promise<FileHandle> {
    const { path, file } = await create(this.#options);
    this.#path = path;
    this.#file = file;
    return file;
  }

  #abandon(trouble: string): void {
    this.#trouble = trouble;
    this.#ended = true;
    this.#held.drop();
    this.#giveBack(this.#waiting);
  }

  #giveBack(bytes: number): void {
    this.#waiting -= bytes;
    releaseTeeBuffer(bytes);
  }

  async #finish(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    try {
      if (this.#options.isOfRecords && this.#whole < this.#written) await this.#takeBack(file);
      await file?.close();
    } catch (error) {
      this.#trouble ??= messageOf(error);
    }
    const { path, failed, closed, done } = this.#options;
    if (file !== null) closed?.(this.#path, this.#written);
    if (this.#trouble !== null) failed(`${path}: stopped after ${this.#written} bytes: ${this.#trouble}`);
    this.#trouble = null;
    done?.();
  }

  /** Where that is refused too, the file ends within a record. */
  async #takeBack(file: FileHandle | null): Promise<void> {
    try {
      await file?.truncate(this.#whole);
      this.#written = this.#whole;
    } catch {
      // The trouble that led here is told.
    }
  }
}

async function create(options: FileSinkOptions): Promise<{ path: string; file: FileHandle }> {
  const { path, open: openFile = open } = options;
  for (let number = 0; number < TEE_NAMES_MAX; number++) {
    const name = number === 0 ? path : `${path}.${number}`;
    try {
      return { path: name, file: await openFile(name, 'wx', FILE_MODE) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
  throw new Error(`${TEE_NAMES_MAX} files of this name exist; put {connection} into it`);
}
