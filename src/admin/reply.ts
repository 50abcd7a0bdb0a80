import { STATUS_CODES } from 'node:http';

/** Where a stream writes. `write` is false where the client is slow: `onReady` is called when it has taken what was written. */
export interface StreamSink {
  write(text: string): boolean;
  onReady(call: () => void): void;
}

/** Begins to write; what is returned is called when the client has gone. */
export type Stream = (sink: StreamSink) => () => void;

/** The writing end of a WebSocket that is open. */
export interface SocketSink {
  /** `sent` is called when the system has taken it, and not where the socket has ended before. */
  send(text: string, sent: () => void): void;
  /** Bytes that were sent and that the system has not taken. */
  buffered(): number;
  /** Ends it, behind all that was sent; at most 123 bytes. */
  close(why: string): void;
}

/** What goes over a WebSocket. */
export interface SocketSession {
  /** Called once, unless it is ended before. */
  open(sink: SocketSink): void;
  /** Nobody reads any more, or ever did. */
  end(): void;
}

/** What a route answers. */
export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  /** Further header fields. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Goes on writing after the head, until the client goes; the body is empty then. */
  readonly stream?: Stream;
  /** Goes over the WebSocket that is to be opened; the status is 101 then. */
  readonly session?: SocketSession;
  /** Comes instead of `body`, for as long as it lasts. */
  readonly pieces?: ReplyStream;
  /** What was asked for, for the audit; it is not sent. */
  readonly change?: string | null;
}

/** A body that comes in pieces. */
export interface ReplyStream {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Name of the trailer field that follows the body. */
  readonly trailer: string;
  /** Its value, asked for when the body has come to its end. */
  readonly trailerValue: () => string;
  /** Called once, when nothing is read any more, whatever the reason. Must not reject. */
  readonly close: () => Promise<void>;
}

export function textReply(status: number, body: string): Reply {
  return { status, type: 'text/plain; charset=utf-8', body };
}

export function jsonReply(value: unknown): Reply {
  return { status: 200, type: 'application/json', body: `${JSON.stringify(value)}\n` };
}

/** Of a status that has no body. */
export function emptyReply(status: 204, headers: Record<string, string>): Reply {
  return { status, type: '', body: '', headers };
}

/** Problem details of RFC 9457; the title is the status code's own phrase. `more` are further members. */
export function problemReply(
  status: number,
  detail: string,
  headers: Record<string, string> = {},
  more: Readonly<Record<string, string>> = {},
): Reply {
  const problem = { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, ...more };
  return { status, type: 'application/problem+json', body: `${JSON.stringify(problem)}\n`, headers };
}
