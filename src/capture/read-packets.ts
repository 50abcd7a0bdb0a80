import { type Caught, type CaughtNic, NO_NIC, type Packet } from './caught.ts';
import { nicOf, packetOf } from './read-pcapng-blocks.ts';

/** Packets of a file that are looked at. */
export const PACKETS_MAX = 1_000_000;
/** Interfaces of a section of a pcapng file; packets of further ones are not looked at. */
export const INTERFACES_MAX = 1024;
/** The longest block of a pcapng file and the longest record of a pcap file. What says to be longer is damage. */
export const BLOCK_BYTES_MAX = 16 * 1024 * 1024;

const PCAP_MICROSECONDS = 0xa1b2c3d4;
const PCAP_NANOSECONDS = 0xa1b23c4d;
const PCAP_HEADER_BYTES = 24;
const PCAP_RECORD_BYTES = 16;

const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER = 0x1a2b3c4d;
const INTERFACE = 1;
const BLOCK_BYTES_MIN = 12;

/**
 * The packets of a pcap or pcapng file, up to the first place that is cut off or damaged, and PACKETS_MAX at most; null
 * where it is neither. No length in the file is believed beyond its end. Never throws.
 */
export function readPackets(file: Uint8Array): Caught | null {
  if (file.length < PCAP_HEADER_BYTES) return null;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (const little of [true, false]) {
    const magic = view.getUint32(0, little);
    if (magic === PCAP_MICROSECONDS || magic === PCAP_NANOSECONDS)
      return pcapPackets(file, view, little, magic === PCAP_MICROSECONDS ? 1e3 : 1e6);
  }
  return view.getUint32(0) === SECTION_HEADER ? pcapngPackets(file, view) : null;
}

function pcapPackets(file: Uint8Array, view: DataView, little: boolean, ticksPerMs: number): Caught {
  const nic = { ...NO_NIC, linkType: view.getUint32(20, little) & 0xffff };
  const packets: Packet[] = [];
  let at = PCAP_HEADER_BYTES;
  while (at < file.length) {
    const from = at + PCAP_RECORD_BYTES;
    if (packets.length === PACKETS_MAX) return { packets, cut: { at, why: 'limit' } };
    if (from > file.length) return { packets, cut: { at, why: 'damage' } };
    const bytes = view.getUint32(at + 8, little);
    if (bytes > BLOCK_BYTES_MAX || from + bytes > file.length) return { packets, cut: { at, why: 'damage' } };
    packets.push({
      nic,
      bytes: file.subarray(from, from + bytes),
      length: Math.max(bytes, view.getUint32(at + 12, little)),
      at: 1000 * view.getUint32(at, little) + view.getUint32(at + 4, little) / ticksPerMs,
      isInbound: null,
    });
    at = from + bytes;
  }
  return { packets, cut: null };
}

function pcapngPackets(file: Uint8Array, view: DataView): Caught {
  const packets: Packet[] = [];
  let nics: CaughtNic[] = [];
  let little = true;
  let at = 0;
  let now = 0;
  while (at < file.length) {
    if (packets.length === PACKETS_MAX) return { packets, cut: { at, why: 'limit' } };
    if (at + BLOCK_BYTES_MIN > file.length) return { packets, cut: { at, why: 'damage' } };
    if (view.getUint32(at) === SECTION_HEADER) {
      little = view.getUint32(at + 8, true) === BYTE_ORDER;
      nics = [];
    }
    const [type, length] = [view.getUint32(at, little), view.getUint32(at + 4, little)];
    const end = at + length;
    const isWhole = length >= BLOCK_BYTES_MIN && length <= BLOCK_BYTES_MAX && end <= file.length;
    if (!isWhole) return { packets, cut: { at, why: 'damage' } };
    const block = file.subarray(at, end);
    if (type === INTERFACE && nics.length < INTERFACES_MAX) nics.push(nicOf(block, little));
    const packet = packetOf(type, block, little, nics, now);
    if (packet !== null) {
      packets.push(packet);
      now = packet.at;
    }
    at = end;
  }
  return { packets, cut: null };
}
