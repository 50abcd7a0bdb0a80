import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { TcpInfo } from './ports.ts';

/** Writes what was known of a leg, or that nothing was. */
export function encodeTcp(tcp: TcpInfo | null, into: ByteWriter): void {
  into.uint8(tcp === null ? 0 : 1);
  if (tcp === null) return;
  into.float64(tcp.rttUs);
  into.float64(tcp.rttVarUs);
  into.float64(tcp.retransmits);
  into.float64(tcp.deliveryRate);
}

/** What `encodeTcp` wrote. */
export function decodeTcp(from: ByteReader): TcpInfo | null {
  if (!from.flag()) return null;
  return {
    rttUs: from.float64(),
    rttVarUs: from.float64(),
    retransmits: from.float64(),
    deliveryRate: from.float64(),
  };
}
