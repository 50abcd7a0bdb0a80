/** Bytes from numbers, texts (one byte a character) and other bytes, one after another. */
export function bytesOf(...parts: readonly (number | string | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => {
      if (typeof part === 'number') return [part];
      return typeof part === 'string' ? Array.from(part, (c) => c.charCodeAt(0)) : Array.from(part);
    }),
  );
}

/** A TLV as proxy-protocol.txt, 2.2 lays it out; `claimed`: a length that is not its own. */
export function tlv(type: number, value: string | Uint8Array, claimed?: number): Uint8Array {
  const bytes = bytesOf(value);
  const length = claimed ?? bytes.length;
  return bytesOf(type, length >> 8, length & 0xff, bytes);
}

export const SIGNATURE = bytesOf(0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a);

/** A header of version 2, of its 13th and 14th byte and the rest; `claimed`: a length that is not its own. */
export function v2(command: number, form: number, rest: Uint8Array, claimed?: number): Uint8Array {
  const length = claimed ?? rest.length;
  return bytesOf(SIGNATURE, command, form, length >> 8, length & 0xff, rest);
}

/** 192.168.0.1:56324 to 192.168.0.11:443, the addresses of the example in proxy-protocol.txt, 2.1. */
export const IPV4_BLOCK = bytesOf(192, 168, 0, 1, 192, 168, 0, 11, 0xdc, 0x04, 0x01, 0xbb);
/** [2001:db8::1]:56324 to [2001:db8::2]:443. */
export const IPV6_BLOCK = bytesOf(
  ...[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  ...[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2],
  ...[0xdc, 0x04, 0x01, 0xbb],
);

export const CLIENT = { kind: 'tcp', host: '192.168.0.1', port: 56_324 } as const;
export const SERVER = { kind: 'tcp', host: '192.168.0.11', port: 443 } as const;
export const CLIENT6 = { kind: 'tcp', host: '2001:db8::1', port: 56_324 } as const;
export const SERVER6 = { kind: 'tcp', host: '2001:db8::2', port: 443 } as const;

/** A field of 108 bytes for a Unix path. */
export function unixField(path: string): Uint8Array {
  const bytes = new Uint8Array(108);
  bytes.set(bytesOf(path));
  return bytes;
}
