/** Connections to the admin address at once; the next ones are closed. */
export const ADMIN_CONNECTIONS_MAX = 64;

/** Bytes of a request's header. */
export const HEADER_BYTES_MAX = 8 * 1024;

/** How long a client may take to send a request. */
export const REQUEST_MS_MAX = 5_000;

/** How long a connection may be silent between two requests. */
export const KEEP_ALIVE_MS = 5_000;

/** How long a client may leave a reply untouched. */
export const STALL_MS_MAX = 10_000;

/** How often the deadlines above are looked at. */
export const CHECK_MS = 1_000;

/** Requests on one connection. */
export const REQUESTS_PER_CONNECTION_MAX = 1_000;

/** How long replies under way may take when the server closes. */
export const CLOSE_MS_MAX = 500;

/** Bytes of a request's body, which is a configuration: as many as a file of one may have. */
export const BODY_BYTES_MAX = 1024 * 1024;

/** How long a client may take to send a body, from the end of the header. */
export const BODY_MS_MAX = 5_000;

/** Writes under way or waiting their turn; the next ones are told to come again. */
export const WRITES_MAX = 8;

/** How long a write may take until its client is told that it is not over; it goes on. */
export const WRITE_MS_MAX = 60_000;

/** How long a body that nobody wants is read and thrown away, so that its client comes to read the reply. */
export const DISCARD_MS_MAX = 1_000;

/** Of a backend's weight at run time: as in the configuration. */
export const WEIGHT_AT_RUN_TIME_MAX = 256;

/** Streams of events at once; the next ones are told to come again. */
export const EVENT_STREAMS_MAX = 16;

/** Events that wait for a client of a stream; those beyond are dropped, and the stream says how many. */
export const EVENTS_WAITING_MAX = 4_096;

/** Events of so long are written together. */
export const EVENTS_FLUSH_MS = 100;

/** How often a stream without events says that it lives: before STALL_MS_MAX has passed. */
export const EVENTS_HEARTBEAT_MS = 5_000;

/** WebSockets of inspectors at once; the next ones are told to come again. */
export const INSPECT_SOCKETS_MAX = 8;

/** Characters of messages that wait for the client of an inspector; of more the oldest are dropped, and it is told how many. */
export const INSPECT_WAITING_CHARS_MAX = 1024 * 1024;

/** Bytes that are handed to the socket of an inspector and that its client has not taken; nothing is written beyond that. */
export const INSPECT_BUFFERED_BYTES_MAX = 64 * 1024;

/** Bytes of a message by a client of an inspector, which has nothing to say. */
export const INSPECT_HEARD_BYTES_MAX = 1024;

/** How often an inspector is pinged. One that has not answered by the next time is gone. */
export const INSPECT_PING_MS = 5_000;

/** How long the client of an inspector may take to answer the end of it. */
export const INSPECT_CLOSE_MS_MAX = 5_000;

/** Of a context or an event in a message: characters of its JSON, of a text in it, values in it, and how deep they stand. */
export const PLAIN_CHARS_MAX = 16 * 1024;
export const PLAIN_TEXT_CHARS_MAX = 1024;
export const PLAIN_VALUES_MAX = 2_000;
export const PLAIN_DEPTH_MAX = 10;
