import { TEXT_NULL, TEXT_WIDE } from './byte-writer.ts';

/**
 * Reads back what a `ByteWriter` wrote. Every method throws a RangeError where the bytes end too early or mean nothing;
 * none reads outside of them or makes anything larger than they are.
 */
export class ByteReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #from = 0;
  #at = 0;
  #end: number;

  /** `bytes` stay the caller's; texts are copied out of them. */
  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = bytes.byteLength;
  }

  /** Goes to a part of the bytes: nothing is read at `end` or after it. */
  start(from: number, end: number): void {
    this.#from = from;
    this.#at = from;
    this.#end = Math.min(end, this.#bytes.length);
  }

  uint8(): number {
    return this.#bytes[this.#take(1)] as number;
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  float64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** A text that may not be null. */
  text(): string {
    return this.textOrNull() ?? this.damaged('null in the place of a text');
  }

  textOrNull(): string | null {
    const header = this.uint16();
    if (header === TEXT_NULL) return null;
    const wide = (header & TEXT_WIDE) !== 0;
    const length = wide ? (header & ~TEXT_WIDE) * 2 : header;
    const at = this.#take(length);
    if (length === 0) return '';
    return this.#bytes.toString(wide ? 'utf16le' : 'latin1', at, at + length);
  }

  /** One of a list, by its position in a byte. */
  oneOf<T>(list: readonly T[]): T {
    const index = this.uint8();
    return list[index] ?? this.damaged(`${index} where a number below ${list.length} belongs`);
  }

  /** As `oneOf`, where 0 stands for null and 1 for the first. */
  oneOfOrNull<T>(list: readonly T[]): T | null {
    const index = this.uint8();
    if (index === 0) return null;
    return list[index - 1] ?? this.damaged(`${index} where a number up to ${list.length} belongs`);
  }

  /** A byte that is 0 or 1. */
  flag(): boolean {
    return this.oneOf(FLAGS);
  }

  /** Throws where bytes are left. */
  end(): void {
    const left = this.#end - this.#at;
    if (left > 0) this.damaged(`${left} bytes too many`);
  }

  damaged(what: string): never {
    throw new RangeError(`damaged at byte ${this.#at - this.#from} of ${this.#end - this.#from}: ${what}`);
  }

  #take(bytes: number): number {
    const at = this.#at;
    if (at + bytes > this.#end) this.damaged(`${bytes} more bytes belong here`);
    this.#at = at + bytes;
    return at;
  }
}

const FLAGS = [false, true] as const;
