/** Two bytes before a text: how many UTF-16 units it has, and whether they take two bytes each. */
export const TEXT_HEADER_BYTES = 2;
export const TEXT_WIDE = 0x8000;
/** Header of a text that is null. */
export const TEXT_NULL = 0xffff;

/**
 * Writes numbers and texts one after another, little-endian, without making an object for any of them. What does not fit
 * is not written; `fits` then says so. Nothing is written outside of the part that `start` names.
 */
export class ByteWriter {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #end = 0;

  /** Writes into `bytes`, which stay the caller's. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where the next value goes. */
  get at(): number {
    return this.#at;
  }

  /** Whether everything since `start` was written. */
  get fits(): boolean {
    return this.#at <= this.#end;
  }

  /** Begins at a position; nothing is written at `end` or after it. */
  start(at: number, end: number): void {
    this.#at = at;
    this.#end = Math.min(end, this.#bytes.length);
  }

  uint8(value: number): void {
    const at = this.#take(1);
    if (at >= 0) this.#bytes[at] = value;
  }

  uint16(value: number): void {
    const at = this.#take(2);
    if (at >= 0) this.#view.setUint16(at, value, true);
  }

  int32(value: number): void {
    const at = this.#take(4);
    if (at >= 0) this.#view.setInt32(at, value, true);
  }

  float64(value: number): void {
    const at = this.#take(8);
    if (at >= 0) this.#view.setFloat64(at, value, true);
  }

  /**
   * Any string, lone surrogates included, or null. One that would take more than `bytesMax`, which is below 32 KiB, is cut
   * at the boundary of a character. Units up to 255 take a byte each; a single one above makes all take two.
   */
  text(text: string | null, bytesMax: number): void {
    if (text === null) this.uint16(TEXT_NULL);
    else if (!this.#narrow(text, Math.min(text.length, bytesMax))) this.#wide(text, bytesMax);
  }

  /** False, and nothing written, where a unit needs two bytes. */
  #narrow(text: string, units: number): boolean {
    const header = this.#at;
    const from = header + TEXT_HEADER_BYTES;
    const fits = from + units <= this.#end;
    for (let i = 0; i < units; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0xff) return false;
      if (fits) this.#bytes[from + i] = unit;
    }
    if (fits) this.#view.setUint16(header, units, true);
    this.#at = from + units;
    return true;
  }

  #wide(text: string, bytesMax: number): void {
    const units = wholeCharacters(text, bytesMax >> 1);
    this.uint16(units | TEXT_WIDE);
    const at = this.#take(units * 2);
    if (at < 0) return;
    for (let i = 0; i < units; i++) this.#view.setUint16(at + i * 2, text.charCodeAt(i), true);
  }

  /** Where `bytes` more go, or -1. */
  #take(bytes: number): number {
    const at = this.#at;
    this.#at = at + bytes;
    return this.#at <= this.#end ? at : -1;
  }
}

/** At most so many units, not ending between the two of one character. */
function wholeCharacters(text: string, unitsMax: number): number {
  if (text.length <= unitsMax) return text.length;
  const splits = isHigh(text.charCodeAt(unitsMax - 1)) && isLow(text.charCodeAt(unitsMax));
  return splits ? unitsMax - 1 : unitsMax;
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}
