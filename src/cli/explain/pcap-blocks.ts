/** Packets of a file that are looked at. */
export const PACKETS_MAX = 1_000_000;

/** A packet as it was caught, and of what kind the bytes are. */
export interface Packet {
  /** LINKTYPE_… of the registry of tcpdump.org. */
  readonly linkType: number;
  readonly bytes: Uint8Array;
}

const PCAP_MICROSECONDS = 0xa1b2c3d4;
const PCAP_NANOSECONDS = 0xa1b23c4d;
const PCAP_HEADER_BYTES = 24;
const PCAP_RECORD_BYTES = 16;

const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER = 0x1a2b3c4d;
const INTERFACE = 1;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
const BLOCK_BYTES_MIN = 12;
const INTERFACES_MAX = 1024;

/**
 * The packets of a pcap or pcapng file, up to the first place that is cut off or damaged, and PACKETS_MAX at most; null
 * where it is neither. No length in the file is believed beyond its end. Never throws.
 */
export function packetsOf(file: Uint8Array): Packet[] | null {
  if (file.length < PCAP_HEADER_BYTES) return null;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (const little of [true, false]) {
    const magic = view.getUint32(0, little);
    if (magic === PCAP_MICROSECONDS || magic === PCAP_NANOSECONDS) return pcapPackets(file, view, little);
  }
  return view.getUint32(0) === SECTION_HEADER ? pcapngPackets(file, view) : null;
}

function pcapPackets(file: Uint8Array, view: DataView, little: boolean): Packet[] {
  const linkType = view.getUint32(20, little) & 0xffff;
  const packets: Packet[] = [];
  let at = PCAP_HEADER_BYTES;
  while (at + PCAP_RECORD_BYTES <= file.length && packets.length < PACKETS_MAX) {
    const from = at + PCAP_RECORD_BYTES;
    const to = from + view.getUint32(at + 8, little);
    if (to > file.length) break;
    packets.push({ linkType, bytes: file.subarray(from, to) });
    at = to;
  }
  return packets;
}

function pcapngPackets(file: Uint8Array, view: DataView): Packet[] {
  const packets: Packet[] = [];
  let linkTypes: number[] = [];
  let little = true;
  let at = 0;
  while (at + BLOCK_BYTES_MIN <= file.length && packets.length < PACKETS_MAX) {
    if (view.getUint32(at) === SECTION_HEADER) {
      little = view.getUint32(at + 8, true) === BYTE_ORDER;
      linkTypes = [];
    }
    const [type, length] = [view.getUint32(at, little), view.getUint32(at + 4, little)];
    const end = at + length;
    if (length < BLOCK_BYTES_MIN || end > file.length) break;
    if (type === INTERFACE && linkTypes.length < INTERFACES_MAX)
      linkTypes.push(view.getUint16(at + 8, little));
    const packet = packetOf(type, file.subarray(at, end), little, linkTypes);
    if (packet !== null) packets.push(packet);
    at = end;
  }
  return packets;
}

function packetOf(
  type: number,
  block: Uint8Array,
  little: boolean,
  linkTypes: readonly number[],
): Packet | null {
  if (type !== ENHANCED_PACKET && type !== SIMPLE_PACKET) return null;
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const isSimple = type === SIMPLE_PACKET;
  const from = isSimple ? 12 : 28;
  if (block.length < from + 4) return null;
  const linkType = linkTypes[isSimple ? 0 : view.getUint32(8, little)];
  const length = Math.min(view.getUint32(isSimple ? 8 : 20, little), block.length - 4 - from);
  return linkType === undefined ? null : { linkType, bytes: block.subarray(from, from + length) };
}
