/** A segment to put into a capture; what is absent has no meaning in the test. */
export interface Given {
  readonly from: string;
  readonly to: string;
  readonly sequence: number;
  readonly syn?: true;
  readonly ack?: true;
  readonly text?: string;
}

/** A classic pcap file of raw IPv4 packets (LINKTYPE_RAW), in this byte order. */
export function pcap(segments: readonly Given[], order: 'little' | 'big' = 'little'): Uint8Array {
  const little = order === 'little';
  const header = Buffer.alloc(24);
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  view.setUint32(0, 0xa1b2c3d4, little);
  view.setUint16(4, 2, little);
  view.setUint16(6, 4, little);
  view.setUint32(16, 2 ** 16, little);
  view.setUint32(20, 101, little);
  const records = segments.map((segment) => {
    const packet = ipv4(segment);
    const record = Buffer.alloc(16);
    const fields = new DataView(record.buffer, record.byteOffset, record.length);
    fields.setUint32(8, packet.length, little);
    fields.setUint32(12, packet.length, little);
    return Buffer.concat([record, packet]);
  });
  return Buffer.concat([header, ...records]);
}

/** A pcapng file with one interface of Ethernet. */
export function pcapng(segments: readonly Given[]): Uint8Array {
  const section = block(0x0a0d0d0a, uint32(0x1a2b3c4d, 0x00000001, 0xffffffff, 0xffffffff));
  const face = block(1, uint32(1, 0));
  const packets = segments.map((segment) => {
    const frame = Buffer.concat([Buffer.alloc(12), Buffer.from([8, 0]), ipv4(segment)]);
    const padded = Buffer.concat([frame, Buffer.alloc((4 - (frame.length % 4)) % 4)]);
    return block(6, Buffer.concat([uint32(0, 0, 0, frame.length, frame.length), padded]));
  });
  return Buffer.concat([section, face, ...packets]);
}

function block(type: number, body: Uint8Array): Buffer {
  const length = body.length + 12;
  return Buffer.concat([uint32(type, length), body, uint32(length)]);
}

function uint32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, 4 * index);
  return bytes;
}

function ipv4({ from, to, sequence, syn, ack, text = '' }: Given): Buffer {
  const [source, sourcePort] = place(from);
  const [destination, destinationPort] = place(to);
  const tcp = Buffer.alloc(20);
  tcp.writeUInt16BE(sourcePort, 0);
  tcp.writeUInt16BE(destinationPort, 2);
  tcp.writeUInt32BE(sequence, 4);
  tcp[12] = 0x50;
  tcp[13] = (syn ? 2 : 0) | (ack ? 16 : 0);
  const payload = Buffer.from(text, 'latin1');
  const ip = Buffer.alloc(20);
  ip[0] = 0x45;
  ip.writeUInt16BE(40 + payload.length, 2);
  ip[9] = 6;
  ip.set(source, 12);
  ip.set(destination, 16);
  return Buffer.concat([ip, tcp, payload]);
}

function place(text: string): [number[], number] {
  const [host = '', port = ''] = text.split(':');
  return [host.split('.').map(Number), Number(port)];
}
