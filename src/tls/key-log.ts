import { createWriteStream, type WriteStream } from 'node:fs';

/** What may wait to be written; lines beyond it are dropped. */
const WAITING_BYTES_MAX = 1024 * 1024;

/**
 * The files that get the secrets of sessions (NSS key log). Lines are appended, so that shards can share a file, and
 * readable by its owner alone. Nobody waits for them: a disk that cannot follow loses lines.
 */
export class KeyLogs {
  readonly #files = new Map<string, WriteStream>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** `line` ends in a newline. A file that fails is reported once, and tried again with the next line. */
  write(path: string, line: Uint8Array): void {
    const file = this.#files.get(path) ?? this.#open(path);
    if (file.writableLength < WAITING_BYTES_MAX) file.write(line);
  }

  #open(path: string): WriteStream {
    const file = createWriteStream(path, { flags: 'a', mode: 0o600 });
    file.on('error', (error) => {
      this.#files.delete(path);
      this.#onError(error);
    });
    this.#files.set(path, file);
    return file;
  }
}
