import { PROXY_TLV_TRACEPARENT } from '../core/proxy-header.ts';

/** proxy-protocol.txt, 2.2: PP2_TYPE_…, and our own. */
export const TLV = {
  alpn: 0x01,
  authority: 0x02,
  crc32c: 0x03,
  noop: 0x04,
  uniqueId: 0x05,
  ssl: 0x20,
  netns: 0x30,
  traceparent: PROXY_TLV_TRACEPARENT,
} as const;

/** PP2_SUBTYPE_SSL_… */
export const SSL_TLV = {
  version: 0x21,
  commonName: 0x22,
  cipher: 0x23,
  signatureAlgorithm: 0x24,
  keyAlgorithm: 0x25,
  group: 0x26,
  signatureScheme: 0x27,
  clientCertificate: 0x28,
} as const;

/** PP2_CLIENT_… */
export const SSL_CLIENT = { tls: 0x01, certificateOnConnection: 0x02, certificateInSession: 0x04 } as const;

/** Type and length. */
export const TLV_HEADER_BYTES = 3;

/** Flags and the result of the verification, before the TLVs inside of the one about TLS. */
export const SSL_HEADER_BYTES = 5;
