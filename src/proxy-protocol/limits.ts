/** The longest line of version 1, CRLF included. proxy-protocol.txt, 2.1. */
export const PROXY_V1_BYTES_MAX = 107;

/**
 * The longest header of version 2 that is taken or sent, where the format allows 64 KiB. It has room for two Unix paths,
 * every text at its longest and a certificate of 2 KiB, fits in the peek of any plane, and is what nginx takes.
 */
export const PROXY_V2_BYTES_MAX = 4096;
