import { ENHANCED_PACKET } from './pcapng-blocks.ts';

/** Longest block there is: a packet of 65,535 bytes with its options, and more. */
export const BLOCK_BYTES_MAX = 1024 * 1024;

const BLOCK_HEAD_BYTES = 8;
const BLOCK_BYTES_MIN = 12;

/** A block of a pcapng file that Sluice has written. */
export interface PcapngBlock {
  /** All of it. */
  readonly bytes: Uint8Array;
  /** Of a packet, microseconds since 1970; null for any other block. */
  readonly at: number | null;
}

/** Takes the bytes of a pcapng file in pieces, and gives its blocks as they are whole. For what Sluice writes: little-endian. */
export class BlockReader {
  #rest: Uint8Array = new Uint8Array(0);

  /** Bytes of a block that is not whole. */
  get restBytes(): number {
    return this.#rest.length;
  }

  /** Those that a piece has made whole; views of it where they can be. Throws where the bytes cannot be blocks. */
  push(piece: Uint8Array): PcapngBlock[] {
    const data = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const blocks: PcapngBlock[] = [];
    let from = 0;
    while (from + BLOCK_HEAD_BYTES <= data.length) {
      const length = view.getUint32(from + 4, true);
      if (length < BLOCK_BYTES_MIN || length > BLOCK_BYTES_MAX || length % 4 !== 0)
        throw new Error(`this is not pcapng: a block of ${length} bytes`);
      if (from + length > data.length) break;
      const isPacket = view.getUint32(from, true) === ENHANCED_PACKET;
      blocks.push({
        bytes: data.subarray(from, from + length),
        at: isPacket ? view.getUint32(from + 12, true) * 2 ** 32 + view.getUint32(from + 16, true) : null,
      });
      from += length;
    }
    this.#rest = data.slice(from);
    return blocks;
  }
}
