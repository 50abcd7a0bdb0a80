/** A segment to put into a file; what is absent has no meaning in the test. */
export interface Sent {
  readonly from: string;
  readonly to: string;
  readonly sequence: number;
  /** Letters of `SFRA`. */
  readonly flags?: string;
  readonly bytes?: Uint8Array;
  /** Milliseconds. */
  readonly at?: number;
  /** How much of the payload is kept; all of it where absent. */
  readonly kept?: number;
}

/** A pcap file of raw IPv4 packets, times in microseconds. */
export function pcapOf(segments: readonly Sent[]): Uint8Array {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt32LE(101, 20);
  return Buffer.concat([header, ...segments.flatMap(record)]);
}

function record(segment: Sent): Buffer[] {
  const { at = 0, bytes = new Uint8Array(), kept = bytes.length } = segment;
  const packet = packetOf(segment);
  const head = Buffer.alloc(16);
  head.writeUInt32LE(Math.floor(at / 1000), 0);
  head.writeUInt32LE(Math.round((at % 1000) * 1000), 4);
  head.writeUInt32LE(40 + kept, 8);
  head.writeUInt32LE(packet.length, 12);
  return [head, packet.subarray(0, 40 + kept)];
}

function packetOf({ from, to, sequence, flags = 'A', bytes = new Uint8Array() }: Sent): Buffer {
  const packet = Buffer.alloc(40 + bytes.length);
  packet[0] = 0x45;
  packet.writeUInt16BE(packet.length, 2);
  packet[9] = 6;
  for (const [index, text] of [from, to].entries()) {
    const [ip = '', port = '0'] = text.split(':');
    packet.set(ip.split('.').map(Number), 12 + 4 * index);
    packet.writeUInt16BE(Number(port), 20 + 2 * index);
  }
  packet.writeUInt32BE(sequence % 2 ** 32, 24);
  packet[32] = 0x50;
  packet[33] = [...flags].reduce((bits, flag) => bits | ({ F: 1, S: 2, R: 4, A: 16 }[flag] ?? 0), 0);
  packet.set(bytes, 40);
  return packet;
}
