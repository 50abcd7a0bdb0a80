import type { Cancellable, Endpoint } from './ports.ts';

/** The code with which an endpoint tells that its peer sent FIN without close_notify: bytes may be missing. RFC 8446, 6.1. */
export const TRUNCATED = 'EPIPE_TRUNCATED';

/** A certificate with its key, as PEM texts read, checked and found to belong together when the plan was made. */
export interface CertificatePlan {
  /** The server names it is for, lower case, `*.x` for one label; from the file's subject alternative names. */
  readonly names: readonly string[];
  /** Shown to clients that name no server, or one that no certificate is for. */
  readonly isDefault: boolean;
  /** The certificate and the chain behind it. */
  readonly cert: string;
  readonly key: string;
  /** Several certificates for one name must be of different kinds; the client's offer decides. */
  readonly keyType: 'rsa' | 'ec' | 'ed25519';
  /** Wall time in milliseconds since 1970. */
  readonly notAfter: number;
  /** Where it was read, for messages. */
  readonly file: string;
}

export const TLS_VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
export type TlsVersion = (typeof TLS_VERSIONS)[number];

/** How a listener terminates TLS. */
export interface ListenerTlsPlan {
  /** Clients that do not speak TLS are turned away. */
  readonly required: boolean;
  readonly certificates: readonly CertificatePlan[];
  /** Who may connect: anybody; anybody, but a certificate that is shown must be good; only who shows a good one. */
  readonly clientAuth: 'none' | 'optional' | 'required';
  /** PEM of the authorities for client certificates; null = none. */
  readonly clientCa: string | null;
  /** In the order of preference; empty = ALPN is not answered. */
  readonly alpn: readonly string[];
  readonly versionMin: TlsVersion;
  /** OpenSSL's cipher list; null = its default. */
  readonly ciphers: string | null;
  /** 48 bytes as hex: every shard of a service gives and takes the same tickets. null = no tickets. */
  readonly ticketKeys: string | null;
  readonly handshakeMs: number;
  /** File to which the secrets of every session are written, for Wireshark (NSS key log); null = none. */
  readonly keyLog: string | null;
  /** Protocols that begin in plain text and ask for TLS, which are answered and terminated. */
  readonly startTls: readonly 'postgres'[];
}

/** How a pool's backends are spoken to over TLS. */
export interface ConnectTlsPlan {
  /** The name sent and checked. `client` = the one the client's ClientHello had, else none; null = the backend's host where that is a name. */
  readonly serverName: string | null;
  /** false only where the config says so aloud. */
  readonly verify: boolean;
  /** PEM of the authorities; null = the system's (Node's) own. */
  readonly ca: string | null;
  /** Shown where the backend asks for one; null = none. */
  readonly certificate: { readonly cert: string; readonly key: string } | null;
  /** `pass` = what the client and we agreed on; a list = these. */
  readonly alpn: 'pass' | readonly string[];
  readonly versionMin: TlsVersion;
  readonly handshakeMs: number;
}

/** What is known of a TLS session once it stands. */
export interface TlsFacts {
  readonly version: TlsVersion;
  readonly cipher: string;
  readonly sni: string | null;
  readonly alpn: string | null;
  readonly resumed: boolean;
  /** What the peer showed; null = nothing. */
  readonly peer: {
    /** `CN=x, O=y` (RFC 4514 order is not promised). */
    readonly subject: string;
    readonly commonName: string | null;
    readonly names: readonly string[];
    /** SHA-256, hex. */
    readonly fingerprint: string;
    readonly verified: boolean;
  } | null;
}

export interface TlsFailure {
  /**
   * `protocol`: no handshake could be agreed on; `certificate`: the peer's was missing or not good; `alert`: the peer said
   * so; `reset` and `eof`: the peer left.
   */
  readonly kind: 'protocol' | 'certificate' | 'alert' | 'reset' | 'eof';
  /** OpenSSL's or the system's name of it: ERR_SSL_NO_SHARED_CIPHER, CERT_HAS_EXPIRED, ECONNRESET … */
  readonly code: string;
  readonly message: string;
}

export interface TlsHandler {
  /**
   * The session stands. `endpoint` replaces the one below, which belongs to it from here on. It is created holding.
   * `peerEnds`: when the certificate of the peer ends, in milliseconds since 1970; null = it showed none.
   */
  secured(endpoint: Endpoint, facts: TlsFacts, peerEnds: number | null): void;
  /**
   * It does not. The endpoint below is the caller's again, who observes and ends it; an alert for the peer waits in its
   * queue, so `close` delivers it and `destroy` does not.
   */
  failed(failure: TlsFailure): void;
}

/** What a client side is to send and to check. */
export interface TlsConnectOptions {
  readonly plan: ConnectTlsPlan;
  /** null = none is sent; what is checked then is the address. */
  readonly serverName: string | null;
  /** The address dialled, for a certificate that names addresses. */
  readonly host: string;
  /** Empty = no ALPN. */
  readonly alpn: readonly string[];
}

/**
 * TLS over the endpoints of any plane. It observes the endpoint below from the call on; cancelling gives it back to the
 * caller, and neither callback comes afterwards. No deadline in here.
 *
 * An endpoint that it makes keeps every promise of `Endpoint`: `fin` is told for a close_notify, `reset` with the code
 * `EPIPE_TRUNCATED` for a FIN without one, and `end` sends close_notify and FIN. `reset` ends the socket below by RST, after what
 * was written. `passTo` does nothing.
 */
export interface TlsSessions {
  /** Answers a handshake; the bytes that `under` holds already, from the ClientHello on, are read first. */
  accept(under: Endpoint, plan: ListenerTlsPlan, handler: TlsHandler): Cancellable;
  /** Begins one. */
  connect(under: Endpoint, options: TlsConnectOptions, handler: TlsHandler): Cancellable;
}
