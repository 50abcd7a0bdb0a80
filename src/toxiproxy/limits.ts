/** Connections to the API at once; the next ones are closed. */
export const API_CONNECTIONS_MAX = 64;

/** Bytes of a request's header. */
export const HEADER_BYTES_MAX = 8 * 1024;

/** How long a client may take to send a request, header and body each. */
export const REQUEST_MS_MAX = 15_000;

/** How long a connection may be silent between two requests. */
export const KEEP_ALIVE_MS = 60_000;

/** How long a client may leave a reply untouched. */
export const STALL_MS_MAX = 30_000;

/** How often the deadlines above are looked at. */
export const CHECK_MS = 1_000;

/** How long replies under way may take when the server closes. */
export const CLOSE_MS_MAX = 500;

/** Bytes of a request's body. */
export const BODY_BYTES_MAX = 1024 * 1024;

/** Writes under way or waiting their turn; the next ones are told to come again. */
export const WRITES_MAX = 64;

/** How long a write may take until its client is told that it is not over; it goes on. */
export const WRITE_MS_MAX = 25_000;

/** Of a body, in the log. */
export const CHANGE_CHARS_MAX = 500;
