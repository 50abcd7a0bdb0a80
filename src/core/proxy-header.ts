import type { Address } from './address.ts';

/** What a PROXY header says of a connection. HAProxy's proxy-protocol.txt, 2.1 and 2.2. */
export interface ProxyHeader {
  readonly version: 1 | 2;
  /** `local`: the sender's own connection, a health check for one; its real addresses count. */
  readonly command: 'local' | 'proxy';
  /**
   * `tcp` stands for any stream and `udp` for any datagrams, those over Unix sockets too. `unspecified` exactly where
   * there are no addresses.
   */
  readonly transport: 'tcp' | 'udp' | 'unspecified';
  /**
   * The client, and where it connected to. Both or none: null with LOCAL, UNKNOWN and UNSPEC, where those of the real
   * connection count. A TCP host is an IP address in its shortest form, an IPv4-mapped one as the IPv4 address it maps.
   * A Unix path is '' for a socket without a name, and begins with NUL for one in the abstract namespace.
   */
  readonly source: Address | null;
  readonly destination: Address | null;
  readonly tlvs: ProxyTlvs;
}

/** What stood in the TLVs; version 1 has none. null: was not there, or not in a form that can be used (see `others`). */
export interface ProxyTlvs {
  /** The protocol that client and sender agreed on, one character a byte: `h2`. At most `PROXY_ALPN_BYTES_MAX`. */
  readonly alpn: string | null;
  /** The host name that the client asked for (SNI), as it stood there. At most `PROXY_AUTHORITY_BYTES_MAX` of UTF-8. */
  readonly authority: string | null;
  /** Any bytes that name the connection, at most `PROXY_UNIQUE_ID_BYTES_MAX`. */
  readonly uniqueId: Uint8Array | null;
  readonly ssl: ProxySsl | null;
  /** Linux network namespace. At most `PROXY_TEXT_BYTES_MAX`. */
  readonly netns: string | null;
  /** The span of the sender that this connection continues. */
  readonly traceparent: Traceparent | null;
  /** In their order: unknown types, a repeated one but for its first, and known ones with a value that cannot be used. */
  readonly others: readonly ProxyTlv[];
}

export interface ProxyTlv {
  /** 0 to 255. */
  readonly type: number;
  readonly value: Uint8Array;
}

/** How the client spoke TLS to the sender. Texts have at most `PROXY_TEXT_BYTES_MAX` bytes of UTF-8. */
export interface ProxySsl {
  /** PP2_CLIENT_SSL: it did. */
  readonly tls: boolean;
  /** PP2_CLIENT_CERT_CONN: it showed a certificate on this connection. */
  readonly certificateOnConnection: boolean;
  /** PP2_CLIENT_CERT_SESS: it showed one when this TLS session began, maybe on an earlier connection. */
  readonly certificateInSession: boolean;
  /** 0 = a certificate was shown and is good; but HAProxy sends 0 without a certificate too. 32 bits. */
  readonly verify: number;
  /** `TLSv1.3`. */
  readonly version: string | null;
  /** Of the subject of the client's certificate. */
  readonly commonName: string | null;
  /** `TLS_AES_128_GCM_SHA256`. */
  readonly cipher: string | null;
  /** How the sender's certificate is signed: `RSA-SHA256`. */
  readonly signatureAlgorithm: string | null;
  /** The key of the sender's certificate: `RSA2048`. */
  readonly keyAlgorithm: string | null;
  /** Of the key exchange: `X25519`. */
  readonly group: string | null;
  /** How the sender signed the handshake: `rsa_pss_rsae_sha256`. */
  readonly signatureScheme: string | null;
  /** The client's certificate, DER. */
  readonly clientCertificate: Uint8Array | null;
  /** As `ProxyTlvs.others`, for the TLVs inside. */
  readonly others: readonly ProxyTlv[];
}

/** W3C Trace Context, 3.2: a span that another is a child of. */
export interface Traceparent {
  /** 32 lower-case hex digits, not all 0. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all 0. */
  readonly spanId: string;
  /** 0 to 255; bit 0: sampled. */
  readonly flags: number;
}

/** RFC 7301, 3.1. */
export const PROXY_ALPN_BYTES_MAX = 255;
/** A host name has 253 at most; HAProxy refuses more than 255. */
export const PROXY_AUTHORITY_BYTES_MAX = 255;
/** proxy-protocol.txt, 2.2.5. */
export const PROXY_UNIQUE_ID_BYTES_MAX = 128;
/** Of a network namespace and of each text about TLS; a file name and a common name have no more. */
export const PROXY_TEXT_BYTES_MAX = 255;
/** In a header, and again inside of the one about TLS; padding does not count. Real senders have a dozen. */
export const PROXY_TLVS_MAX = 64;

/** The custom type (0xE0 to 0xEF) in which Sluice hands its trace context on; clouds use 0xE0, 0xEA and 0xEE. */
export const PROXY_TLV_TRACEPARENT = 0xe7;

export const NO_PROXY_TLVS: ProxyTlvs = {
  alpn: null,
  authority: null,
  uniqueId: null,
  ssl: null,
  netns: null,
  traceparent: null,
  others: [],
};
