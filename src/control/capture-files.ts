import { type FileHandle, mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PacketFile, PacketMerge } from '../capture/index.ts';

/** Read from a file at once. */
const READ_BYTES = 1024 * 1024;

/** Packets that wait for their turn while nothing more is read. */
export const HELD_BYTES_MAX = 64 * 1024 * 1024;

interface Tailed {
  readonly handle: FileHandle;
  readonly packets: PacketFile;
  at: number;
}

/**
 * The directory into which the shards write a capture, for its owner alone, and the packets that have come into its files.
 * Whoever opens it removes it.
 */
export class CaptureFiles {
  readonly #directory: string;
  readonly #files = new Map<string, Tailed>();
  readonly #merge = new PacketMerge();
  #isRemoved = false;
  readonly #buffer = new Uint8Array(READ_BYTES);

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Rejects where there is no place for temporary files. */
  static async open(): Promise<CaptureFiles> {
    return new CaptureFiles(await mkdtemp(join(tmpdir(), 'sluice-capture-')));
  }

  /** A pattern for the files of a tee. */
  get pattern(): string {
    return join(this.#directory, '{shard}.pcapng');
  }

  /**
   * Packets whose time is at most `until`, microseconds since 1970, in order of time; and whether there is more in the files
   * than was read.
   */
  async read(until: number): Promise<{ readonly packets: readonly Uint8Array[]; readonly isMore: boolean }> {
    await this.#findNew();
    if (this.#merge.heldBytes < HELD_BYTES_MAX)
      for (const file of this.#files.values()) await this.#readOn(file);
    const packets = this.#merge.take(until);
    return { packets, isMore: [...this.#files.values()].some((file) => !file.packets.isAtEnd) };
  }

  /** Removes all. */
  async remove(): Promise<void> {
    this.#isRemoved = true;
    await Promise.all([...this.#files.values()].map(({ handle }) => handle.close()));
    this.#files.clear();
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #findNew(): Promise<void> {
    for (const name of await readdir(this.#directory)) {
      if (this.#files.has(name)) continue;
      const handle = await open(join(this.#directory, name), 'r');
      if (this.#isRemoved) return handle.close();
      this.#files.set(name, { handle, packets: this.#merge.add(), at: 0 });
    }
  }

  async #readOn(file: Tailed): Promise<void> {
    const { bytesRead } = await file.handle.read(this.#buffer, 0, READ_BYTES, file.at);
    file.at += bytesRead;
    file.packets.isAtEnd = bytesRead < READ_BYTES;
    if (bytesRead > 0) file.packets.push(this.#buffer.slice(0, bytesRead));
  }
}
