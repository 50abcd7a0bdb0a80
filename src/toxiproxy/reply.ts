import { ApiError } from './api-error.ts';
import { encode } from './encode.ts';

/** What a request is answered with. */
export interface Reply {
  readonly status: number;
  /** null: there is no body. */
  readonly type: string | null;
  readonly body: string;
  /** Why it was refused; null where it was not. */
  readonly error: string | null;
}

export const JSON_TYPE = 'application/json';
const TEXT_TYPE = 'text/plain; charset=utf-8';

export function jsonReply(status: number, value: unknown): Reply {
  return { status, type: JSON_TYPE, body: encode(value), error: null };
}

export function emptyReply(status: number): Reply {
  return { status, type: null, body: '', error: null };
}

/** As Go's http.Error: a text with a line end. */
export function textReply(status: number, text: string): Reply {
  return { status, type: TEXT_TYPE, body: `${text}\n`, error: text };
}

/** JSON in what says it is a text: Toxiproxy's own doing, and its clients read it. */
export function errorReply({ message, status }: ApiError): Reply {
  return { ...textReply(status, encode({ error: message, status })), error: message };
}

/** The reply of what was thrown; what is no ApiError is a defect. */
export function replyOf(error: unknown): Reply {
  if (error instanceof ApiError) return errorReply(error);
  const message = error instanceof Error ? error.message : String(error);
  return errorReply(new ApiError(`internal error: ${message}`, 500));
}
