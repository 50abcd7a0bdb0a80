/**
 * What a sniffer can recognise. `unknown`: none did, or the client was silent until the sniff deadline. `mysql` is
 * never recognised: its clients wait for the server.
 */
export const PROTOCOLS = [
  'tls',
  'http1',
  'http2',
  'ssh',
  'postgres',
  'redis',
  'mqtt',
  'mysql',
  'smtp',
  'ftp',
  'amqp',
  'mongodb',
  'cassandra',
  'kafka',
  'rdp',
  'socks4',
  'socks5',
  'xmpp',
  'dns',
  'ldap',
  'rtsp',
  'openvpn',
  'unknown',
] as const;
export type KnownProtocol = (typeof PROTOCOLS)[number];

/** One of PROTOCOLS, or the name of a rule of the config. */
export type Protocol = KnownProtocol | (string & {});

/** In these the server speaks first, so that a route of theirs holds for a client that is silent too. */
export const SERVER_FIRST_PROTOCOLS = ['mysql', 'smtp', 'ftp'] as const satisfies readonly KnownProtocol[];

/** From old to new. */
export const OFFERED_TLS_VERSIONS = ['SSLv3', 'TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
export type OfferedTlsVersion = (typeof OFFERED_TLS_VERSIONS)[number];

/** What a client of PostgreSQL begins with: it asks for TLS, for GSSAPI encryption, to cancel a query, or to start. */
export type PostgresRequest = 'ssl' | 'gssenc' | 'cancel' | 'startup';

/** What sniffing found out. Absent fields were not seen. */
export interface Sniffed {
  readonly protocol: Protocol;
  /** The client had said nothing when its sniffing ended: what clients of server-first protocols do. */
  readonly silent?: true;
  /** Of a ClientHello: lower case, without a trailing dot; the outer name where it is encrypted. */
  readonly sni?: string;
  readonly alpn?: readonly string[];
  /** The highest that a ClientHello offers of those known. */
  readonly tlsVersion?: OfferedTlsVersion;
  /** The ClientHello carries an encrypted one, or GREASE in its place, which nobody can tell apart; `sni` is the outer name. */
  readonly ech?: true;
  /** The Host of an HTTP/1 request: lower case, without port and trailing dot. */
  readonly host?: string;
  /** The HTTP/1 request asks to go on as a WebSocket. */
  readonly websocket?: true;
  readonly postgresRequest?: PostgresRequest;
  /** Of the start-up message of PostgreSQL; the database is the user's name where the client names none. */
  readonly postgresUser?: string;
  readonly postgresDatabase?: string;
  readonly mqttClientId?: string;
  readonly kafkaClientId?: string;
  /** The name in `Cookie: mstshash=` of an RDP client, which may be cut off by it. */
  readonly rdpCookie?: string;
}

/** How far the sniffers have come with the bytes so far. */
export interface Findings {
  /** The protocol that the client speaks, with what is known of it; null: not certain yet. */
  readonly sniffed: Sniffed | null;
  /**
   * The protocols it can still turn out to be, `unknown` among them; the one alone where that is certain. `mysql` is
   * possible as long as the client has said nothing.
   */
  readonly possible: ReadonlySet<Protocol>;
  /** Whether more bytes can still bring a field that `sniffed` lacks, or the protocol itself. */
  readonly open: boolean;
  /** How many bytes there must be in total before asking again is of use; with `open` false of no meaning. */
  readonly atLeast: number;
}

/**
 * A protocol that the config describes by its first bytes. Exactly one of `hex` and `regex` is given; an earlier rule
 * goes before a later one, and all of them before the protocols known to Sluice.
 */
export interface ProtocolRulePlan {
  /** No name in PROTOCOLS. */
  readonly name: string;
  /** Pairs of hex digits, `??` for any byte, spaces between them as one likes: `05 01 ?? 00`. */
  readonly hex?: string;
  /** Where `hex` begins; absent: with the first byte. */
  readonly offset?: number;
  /** Compared from the first byte on, each byte one character of latin1; `src/sniff/regex-parse.ts` has the syntax. */
  readonly regex?: string;
  /** Of a regex: how many bytes it may look at; absent: RULE_BYTES_DEFAULT. */
  readonly bytes?: number;
}
