import { STATUS_CODES } from 'node:http';

/** Where a stream writes. `write` is false where the client is slow: `onReady` is called when it has taken what was written. */
export interface StreamSink {
  write(text: string): boolean;
  onReady(call: () => void): void;
}

/** Begins to write; what is returned is called when the client has gone. */
export type Stream = (sink: StreamSink) => () => void;

/** What a route answers. */
export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  /** Further header fields. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Goes on writing after the head, until the client goes; the body is empty then. */
  readonly stream?: Stream;
  /** What was asked for, for the audit; it is not sent. */
  readonly change?: string | null;
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
