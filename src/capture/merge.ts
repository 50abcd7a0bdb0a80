import { BlockReader, type PcapngBlock } from './block-reader.ts';

/** One of the files that are merged, whose bytes come in pieces. */
export interface PacketFile {
  /** The next bytes of it. Throws where they cannot be pcapng. */
  push(piece: Uint8Array): void;
  /** Whether all that is in the file by now has come; where not, what comes later than its last packet waits. */
  isAtEnd: boolean;
}

class Part implements PacketFile {
  readonly #reader = new BlockReader();
  readonly packets: PcapngBlock[] = [];
  isAtEnd = true;

  push(piece: Uint8Array): void {
    for (const block of this.#reader.push(piece)) if (block.at !== null) this.packets.push(block);
  }
}

/**
 * Makes one stream of packets, in order of time, of files that Sluice writes with the same interfaces. What stands at the
 * beginning of each is left out. Pure.
 */
export class PacketMerge {
  readonly #parts: Part[] = [];
  #heldBytes = 0;

  /** One more file. */
  add(): PacketFile {
    const part = new Part();
    this.#parts.push(part);
    return part;
  }

  /** Bytes that have come and were not taken, as of the last `take`. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Packets up to a time, microseconds since 1970, as far as no file may have an earlier one still to come. */
  take(until: number): Uint8Array[] {
    const limit = this.#parts.reduce((least, { isAtEnd, packets }) => {
      return isAtEnd ? least : Math.min(least, packets.at(-1)?.at ?? 0);
    }, until);
    const taken = this.#parts.flatMap(({ packets }) => {
      const later = packets.findIndex(({ at }) => (at ?? 0) > limit);
      return packets.splice(0, later < 0 ? packets.length : later);
    });
    this.#heldBytes = sum(this.#parts.flatMap(({ packets }) => packets));
    return taken.sort((one, other) => (one.at ?? 0) - (other.at ?? 0)).map(({ bytes }) => bytes);
  }
}

function sum(packets: readonly PcapngBlock[]): number {
  return packets.reduce((bytes, packet) => bytes + packet.bytes.length, 0);
}
