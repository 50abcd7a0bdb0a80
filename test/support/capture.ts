import { StringDecoder } from 'node:string_decoder';

/** What is kept of each output stream; a process that writes more fails the test that reads it. */
const OUTPUT_BYTES_MAX = 256 * 1024 * 1024;
/** How much output a failure shows, of each stream. */
const SHOWN_CHARS_MAX = 4_000;
const SHOWN_LINES_MAX = 200;

/** One output stream: its bytes, and its lines as they become complete. */
export class Capture {
  readonly lines: string[] = [];
  readonly #chunks: Buffer[] = [];
  readonly #decoder = new StringDecoder('utf8');
  #size = 0;
  #rest = '';

  /** Bytes arrived. */
  add(bytes: Buffer): void {
    this.#size += bytes.length;
    if (this.#size > OUTPUT_BYTES_MAX) return;
    this.#chunks.push(bytes);
    const pieces = (this.#rest + this.#decoder.write(bytes)).split('\n');
    this.#rest = pieces.pop() ?? '';
    for (const line of pieces) this.lines.push(line);
  }

  /** The stream ended: what stands after the last line end is a line too. */
  end(): void {
    if (this.#rest !== '') this.lines.push(this.#rest);
    this.#rest = '';
  }

  /** Everything written. Throws where that was more than is kept. */
  bytes(): Buffer {
    if (this.#size > OUTPUT_BYTES_MAX) throw new Error(`more than ${OUTPUT_BYTES_MAX} bytes of output`);
    return Buffer.concat(this.#chunks);
  }

  /** The last of it, as text for people. */
  tail(): string {
    const text = [...this.lines.slice(-SHOWN_LINES_MAX), this.#rest].join('\n');
    return text.slice(-SHOWN_CHARS_MAX);
  }
}
