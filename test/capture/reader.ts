/** A packet of a pcapng file, as a reader that knows nothing of the writer finds it. */
export interface ReadPacket {
  readonly nic: number;
  /** Microseconds since 1970. */
  readonly at: number;
  readonly length: number;
  readonly bytes: Buffer;
  readonly comment: string;
  readonly flags: number;
}

export interface ReadFile {
  readonly application: string;
  readonly nics: readonly { readonly name: string; readonly linkType: number; readonly comment: string }[];
  readonly packets: readonly ReadPacket[];
}

export interface ReadSegment {
  readonly from: string;
  readonly to: string;
  readonly sequence: number;
  readonly acknowledged: number;
  readonly flags: string;
  readonly payload: Buffer;
  readonly packet: ReadPacket;
}

/** Reads one section. Throws at the first thing that is not as draft-ietf-opsawg-pcapng has it. */
export function readPcapng(file: Uint8Array): ReadFile {
  const data = Buffer.from(file);
  const nics: { name: string; linkType: number; comment: string }[] = [];
  const packets: ReadPacket[] = [];
  let application = '';
  for (let at = 0; at < data.length; ) {
    const [type, length] = [data.readUInt32LE(at), data.readUInt32LE(at + 4)];
    if (length % 4 !== 0 || at + length > data.length) throw new Error(`block of ${length} bytes at ${at}`);
    if (data.readUInt32LE(at + length - 4) !== length)
      throw new Error(`the two lengths of the block at ${at} differ`);
    const body = data.subarray(at + 8, at + length - 4);
    if (at === 0 && type !== 0x0a0d0d0a) throw new Error('no section header');
    if (type === 0x0a0d0d0a) {
      if (body.readUInt32LE(0) !== 0x1a2b3c4d || body.readUInt16LE(4) !== 1)
        throw new Error('byte order or version');
      application = optionsOf(body, 16).get(4)?.toString() ?? '';
    } else if (type === 1) {
      const options = optionsOf(body, 8);
      if (options.get(9)?.[0] !== 6) throw new Error('timestamps are not microseconds');
      nics.push({
        name: options.get(2)?.toString() ?? '',
        linkType: body.readUInt16LE(0),
        comment: options.get(1)?.toString() ?? '',
      });
    } else if (type === 6) packets.push(packetOf(body, nics.length));
    else throw new Error(`block type ${type}`);
    at += length;
  }
  return { application, nics, packets };
}

function packetOf(body: Buffer, nics: number): ReadPacket {
  const nic = body.readUInt32LE(0);
  if (nic >= nics) throw new Error(`interface ${nic} is not described`);
  const kept = body.readUInt32LE(12);
  const options = optionsOf(body, 20 + Math.ceil(kept / 4) * 4);
  return {
    nic,
    at: body.readUInt32LE(4) * 2 ** 32 + body.readUInt32LE(8),
    length: body.readUInt32LE(16),
    bytes: body.subarray(20, 20 + kept),
    comment: options.get(1)?.toString() ?? '',
    flags: options.get(2)?.readUInt32LE(0) ?? 0,
  };
}

function optionsOf(body: Buffer, from: number): Map<number, Buffer> {
  const options = new Map<number, Buffer>();
  for (let at = from; ; ) {
    const [code, length] = [body.readUInt16LE(at), body.readUInt16LE(at + 2)];
    if (code === 0) {
      if (length !== 0 || at + 4 !== body.length) throw new Error('the options do not end with the block');
      return options;
    }
    options.set(code, body.subarray(at + 4, at + 4 + length));
    at += 4 + Math.ceil(length / 4) * 4;
  }
}

/** The TCP segment of a whole packet. Throws where a length or a checksum is wrong. */
export function readSegment(packet: ReadPacket): ReadSegment {
  const { bytes } = packet;
  const isIpv4 = (bytes[0] ?? 0) >> 4 === 4;
  const header = isIpv4 ? ((bytes[0] ?? 0) & 15) * 4 : 40;
  const tcp = bytes.subarray(header);
  if (isIpv4 && (bytes.readUInt16BE(2) !== bytes.length || onesSum(bytes.subarray(0, header)) !== 0xffff))
    throw new Error('length or checksum of the IPv4 header');
  if (!isIpv4 && bytes.readUInt16BE(4) !== tcp.length) throw new Error('length of the IPv6 payload');
  const width = isIpv4 ? 4 : 16;
  const addresses = isIpv4 ? bytes.subarray(12, 20) : bytes.subarray(8, 40);
  const pseudo = Buffer.alloc(8);
  pseudo.writeUInt32BE(tcp.length, 0);
  pseudo[7] = isIpv4 ? (bytes[9] ?? 0) : (bytes[6] ?? 0);
  if (pseudo[7] !== 6) throw new Error('not TCP');
  if (onesSum(Buffer.concat([addresses, pseudo, tcp])) !== 0xffff) throw new Error('checksum of TCP');
  const name = (ip: Buffer, port: number) => `${ip.toString('hex')}:${port}`;
  return {
    from: name(addresses.subarray(0, width), tcp.readUInt16BE(0)),
    to: name(addresses.subarray(width), tcp.readUInt16BE(2)),
    sequence: tcp.readUInt32BE(4),
    acknowledged: tcp.readUInt32BE(8),
    flags: flagsOf(tcp[13] ?? 0),
    payload: tcp.subarray(((tcp[12] ?? 0) >> 4) * 4),
    packet,
  };
}

function flagsOf(bits: number): string {
  return [...'FSRPA'].filter((_flag, bit) => (bits & (1 << bit)) !== 0).join('');
}

function onesSum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return sum;
}
