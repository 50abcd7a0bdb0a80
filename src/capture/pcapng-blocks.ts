import { microseconds } from './time.ts';

/** Numbers of draft-ietf-opsawg-pcapng: block types and options. */
const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER = 0x1a2b3c4d;
const INTERFACE = 1;
export const ENHANCED_PACKET = 6;
const OPT_COMMENT = 1;
const SHB_USERAPPL = 4;
const IF_NAME = 2;
const IF_DESCRIPTION = 3;
const IF_TSRESOL = 9;
const EPB_FLAGS = 2;

/** Packets begin with the IP header. */
const LINKTYPE_RAW = 101;
/** Timestamps count millionths of a second. */
const MICROSECONDS = 6;
const SECTION_LENGTH_UNKNOWN = 0xffff_ffff;

/** Longest comment, in bytes of UTF-8; the length of an option has 16 bits. */
const COMMENT_BYTES_MAX = 4096;
const ROOM_BYTES_MIN = 512;

export interface PacketHead {
  readonly at: number;
  /** Position of the interface in the section. */
  readonly nic: number;
  /** Seen from Sluice. */
  readonly isInbound: boolean;
  /** Whole length of the packet. */
  readonly bytes: number;
  /** How much of it is kept. */
  readonly kept: number;
  /** Empty = none. */
  readonly comment: string;
}

/** Writes blocks of a pcapng file one after another, little-endian, into memory that grows. */
export class PcapngBlocks {
  #bytes: Uint8Array;
  #view: DataView;
  #at = 0;
  #blockAt = 0;

  /** `roomBytes`: how much will be written, as far as that is known. */
  constructor(roomBytes = ROOM_BYTES_MIN) {
    this.#bytes = new Uint8Array(roomBytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  section(application: string): void {
    this.#begin(SECTION_HEADER);
    this.#uint32(BYTE_ORDER);
    this.#uint16(1);
    this.#uint16(0);
    this.#uint32(SECTION_LENGTH_UNKNOWN);
    this.#uint32(SECTION_LENGTH_UNKNOWN);
    this.#textOption(SHB_USERAPPL, application);
    this.#endOptions();
    this.#end();
  }

  nic(name: string, description: string, comment: string, snapBytes: number): void {
    this.#begin(INTERFACE);
    this.#uint16(LINKTYPE_RAW);
    this.#uint16(0);
    this.#uint32(snapBytes);
    this.#textOption(IF_NAME, name);
    this.#textOption(IF_DESCRIPTION, description);
    this.#option(IF_TSRESOL, Uint8Array.of(MICROSECONDS));
    this.#textOption(OPT_COMMENT, comment);
    this.#endOptions();
    this.#end();
  }

  /** A packet, whose first `kept` bytes `write` puts at a place of the memory. */
  packet(head: PacketHead, write: (bytes: Uint8Array) => void): void {
    const { at, nic, isInbound, bytes, kept, comment } = head;
    this.#begin(ENHANCED_PACKET);
    this.#uint32(nic);
    const us = microseconds(at);
    this.#uint32(Math.floor(us / 2 ** 32));
    this.#uint32(us >>> 0);
    this.#uint32(kept);
    this.#uint32(bytes);
    const from = this.#take(padded(kept));
    write(this.#bytes.subarray(from, from + kept));
    this.#uint16(EPB_FLAGS);
    this.#uint16(4);
    this.#uint32(isInbound ? 1 : 2);
    this.#textOption(OPT_COMMENT, comment);
    this.#endOptions();
    this.#end();
  }

  /** What was written. */
  done(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  #begin(type: number): void {
    this.#blockAt = this.#at;
    this.#uint32(type);
    this.#uint32(0);
  }

  #end(): void {
    const length = this.#at + 4 - this.#blockAt;
    this.#uint32(length);
    this.#view.setUint32(this.#blockAt + 4, length, true);
  }

  #textOption(code: number, text: string): void {
    if (text !== '') this.#option(code, utf8(text));
  }

  #option(code: number, value: Uint8Array): void {
    this.#uint16(code);
    this.#uint16(value.length);
    const from = this.#take(padded(value.length));
    this.#bytes.set(value, from);
  }

  #endOptions(): void {
    this.#uint32(0);
  }

  #uint16(value: number): void {
    const at = this.#take(2);
    this.#view.setUint16(at, value, true);
  }

  #uint32(value: number): void {
    const at = this.#take(4);
    this.#view.setUint32(at, value, true);
  }

  /** Where `bytes` more go: zeros so far. */
  #take(bytes: number): number {
    const at = this.#at;
    this.#at += bytes;
    if (this.#at > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#at, 2 * this.#bytes.length));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }
}

/** To a multiple of 4. */
export function padded(bytes: number): number {
  return (bytes + 3) & ~3;
}

/** Cut to what an option may hold, at the boundary of a character. */
function utf8(text: string): Uint8Array {
  const bytes = Buffer.from(text);
  if (bytes.length <= COMMENT_BYTES_MAX) return bytes;
  let end = COMMENT_BYTES_MAX;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}
