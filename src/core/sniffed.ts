/** What a sniffer can recognise. `unknown`: none did, or the client was silent until the sniff deadline. */
export const PROTOCOLS = ['tls', 'http1', 'http2', 'ssh', 'unknown'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** What sniffing found out. Absent fields were not seen. */
export interface Sniffed {
  readonly protocol: Protocol;
  /** The client had said nothing when its sniffing ended: what clients of server-first protocols do. */
  readonly silent?: true;
  /** Of a ClientHello: lower case, without a trailing dot; the outer name where it is encrypted. */
  readonly sni?: string;
  readonly alpn?: readonly string[];
  /** The Host of an HTTP/1 request: lower case, without port and trailing dot. */
  readonly host?: string;
  readonly postgresRequest?: 'ssl' | 'gssenc' | 'cancel' | 'startup';
  /** Of the start-up message of PostgreSQL. */
  readonly postgresUser?: string;
  readonly postgresDatabase?: string;
  readonly mqttClientId?: string;
}

/** How far the sniffers have come with the bytes so far. */
export interface Findings {
  /** The protocol that the client speaks, with what is known of it; null: not certain yet. */
  readonly sniffed: Sniffed | null;
  /** The protocols it can still turn out to be, `unknown` among them; the one alone where that is certain. */
  readonly possible: ReadonlySet<Protocol>;
  /** Whether more bytes can still bring a field that `sniffed` lacks, or the protocol itself. */
  readonly open: boolean;
  /** How many bytes there must be in total before asking again is of use; with `open` false of no meaning. */
  readonly atLeast: number;
}
