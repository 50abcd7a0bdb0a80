/** What `sluice explain` is told of a client, as it was typed. */
export interface ExplainOptions {
  readonly listener?: string;
  /** A file with the first bytes. */
  readonly bytes?: string;
  /** A file in which a connection was caught. */
  readonly pcap?: string;
  readonly sni?: string;
  /** With commas between them. */
  readonly alpn?: string;
  readonly protocol?: string;
  readonly host?: string;
  readonly source?: string;
  /** `ip:port`. */
  readonly destination?: string;
}
