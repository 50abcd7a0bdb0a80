import { type CaughtNic, NO_NIC, type Packet } from './caught.ts';

/** Numbers of draft-ietf-opsawg-pcapng: block types and options. */
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
const IF_DESCRIPTION = 3;
const IF_TSRESOL = 9;
const EPB_FLAGS = 2;
const INBOUND = 1;
const OUTBOUND = 2;

/** Options of a block that are looked at. */
const OPTIONS_MAX = 64;

/** What an Interface Description Block tells. Never throws. */
export function nicOf(block: Uint8Array, little: boolean): CaughtNic {
  if (block.length < 20) return NO_NIC;
  const description = option(block, 16, IF_DESCRIPTION, little);
  return {
    linkType: viewOf(block).getUint16(8, little),
    description: description === null ? '' : Buffer.from(description).toString(),
    tickMs: tickMs(option(block, 16, IF_TSRESOL, little)?.[0]),
  };
}

/** The packet of a block; null where it is none, or of an interface that is not described. `now` is the time of the one before. */
export function packetOf(
  type: number,
  block: Uint8Array,
  little: boolean,
  nics: readonly CaughtNic[],
  now: number,
): Packet | null {
  if (type !== ENHANCED_PACKET && type !== SIMPLE_PACKET) return null;
  const view = viewOf(block);
  const isSimple = type === SIMPLE_PACKET;
  const from = isSimple ? 12 : 28;
  if (block.length < from + 4) return null;
  const nic = nics[isSimple ? 0 : view.getUint32(8, little)];
  if (nic === undefined) return null;
  const kept = Math.min(view.getUint32(isSimple ? 8 : 20, little), block.length - 4 - from);
  const length = Math.max(kept, view.getUint32(isSimple ? 8 : 24, little));
  const bytes = block.subarray(from, from + kept);
  if (isSimple) return { nic, bytes, length, at: now, isInbound: null };
  const ticks = view.getUint32(12, little) * 2 ** 32 + view.getUint32(16, little);
  const flags = option(block, from + Math.ceil(kept / 4) * 4, EPB_FLAGS, little);
  return { nic, bytes, length, at: ticks * nic.tickMs, isInbound: inbound(flags, little) };
}

/** A power of ten, or of two where the highest bit is set; millionths of a second where it is not told. */
function tickMs(resolution = 6): number {
  return 1000 * (resolution < 128 ? 10 ** -resolution : 2 ** -(resolution - 128));
}

function inbound(flags: Uint8Array | null, little: boolean): boolean | null {
  if (flags === null || flags.length < 4) return null;
  const way = viewOf(flags).getUint32(0, little) & 3;
  return way === INBOUND || way === OUTBOUND ? way === INBOUND : null;
}

/** The value of the first option of this code, from this place of a block on; null where there is none. */
function option(block: Uint8Array, from: number, wanted: number, little: boolean): Uint8Array | null {
  const view = viewOf(block);
  const end = block.length - 4;
  let at = from;
  for (let count = 0; at + 4 <= end && count < OPTIONS_MAX; count++) {
    const [code, length] = [view.getUint16(at, little), view.getUint16(at + 2, little)];
    if (code === 0 || at + 4 + length > end) return null;
    if (code === wanted) return block.subarray(at + 4, at + 4 + length);
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return null;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
