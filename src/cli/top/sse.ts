import { EVENT_CHARS_MAX } from './limits.ts';

/** A message of a stream of server-sent events. */
export interface SseMessage {
  /** `message` where it says none. */
  readonly event: string;
  readonly data: string;
  /** The last id that was said, in this message or before; empty = none. */
  readonly id: string;
}

/** Reads server-sent events (WHATWG HTML, 9.2.6) out of pieces of text that are cut anywhere. */
export class SseReader {
  #rest = '';
  #event = '';
  #data: string[] = [];
  #chars = 0;
  #id = '';
  #committedId = '';

  /** The last id that was said, also by a block without data; empty = none. */
  get lastId(): string {
    return this.#committedId;
  }

  /** The messages that a piece completes. Throws where one has more than EVENT_CHARS_MAX. */
  push(piece: string): readonly SseMessage[] {
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    const messages = lines.flatMap((line) => this.#line(line));
    if (this.#chars + this.#rest.length > EVENT_CHARS_MAX)
      throw new Error(`an event has more than ${EVENT_CHARS_MAX} characters`);
    return messages;
  }

  #line(line: string): readonly SseMessage[] {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    const [name, rest] = colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1)];
    const value = rest.startsWith(' ') ? rest.slice(1) : rest;
    if (name === 'event') this.#event = value;
    if (name === 'id' && !value.includes('\0')) this.#id = value;
    if (name === 'data') {
      this.#data.push(value);
      this.#chars += value.length;
    }
    return [];
  }

  #dispatch(): readonly SseMessage[] {
    this.#committedId = this.#id;
    const message = { event: this.#event || 'message', data: this.#data.join('\n'), id: this.#id };
    const isEmpty = this.#data.length === 0;
    this.#event = '';
    this.#data = [];
    this.#chars = 0;
    return isEmpty ? [] : [message];
  }
}
