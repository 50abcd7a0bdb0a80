import { V2_SIGNATURE } from './layout-v2.ts';
import { readV1 } from './read-v1.ts';
import { readV2 } from './read-v2.ts';
import { NONE, needMore, type ProxyRead } from './reading.ts';

const V1_FIRST_BYTE = 0x50;

/**
 * Reads the PROXY header, of either version, with which a connection begins. `bytes` are all that have come so far, from
 * the first on; what follows the header does not matter. Nothing of the answer is a view of them. Never throws, and
 * makes nothing that is larger than the header.
 *
 * An answer other than `need-more` stands, whatever comes after it. Whoever wants none of the connection's bytes lost
 * peeks, and takes `length` bytes out once the answer is a header. HAProxy's proxy-protocol.txt, 2.
 */
export function readProxyHeader(bytes: Uint8Array): ProxyRead {
  if (bytes.length === 0) return needMore(1);
  if (bytes[0] === V1_FIRST_BYTE) return readV1(bytes);
  return bytes[0] === V2_SIGNATURE[0] ? readV2(bytes) : NONE;
}
