/** One event of a stream of server-sent events. */
export interface StreamEvent {
  /** Of the `id` field; null = it had none. */
  readonly id: string | null;
  /** `message` where the stream does not say. */
  readonly name: string;
  readonly data: string;
}

/** What is kept of an event that has not ended, in characters; one that is longer is dropped. */
export const EVENT_CHARS_MAX = 1024 * 1024;

/** Reads a stream of server-sent events (WHATWG HTML, 9.2.6) as its text comes, in pieces of any size. */
export class EventLines {
  #rest = '';
  #id: string | null = null;
  #name = '';
  #data: string[] = [];

  /** The events that have ended with this piece. */
  take(text: string): StreamEvent[] {
    const events: StreamEvent[] = [];
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > EVENT_CHARS_MAX) this.#rest = '';
    for (const line of lines) {
      const event = this.#takeLine(line.endsWith('\r') ? line.slice(0, -1) : line);
      if (event !== null) events.push(event);
    }
    return events;
  }

  #takeLine(line: string): StreamEvent | null {
    if (line === '') return this.#end();
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'id') this.#id = value;
    if (field === 'event') this.#name = value;
    if (field === 'data') this.#data.push(value);
    return null;
  }

  #end(): StreamEvent | null {
    const event =
      this.#data.length === 0
        ? null
        : { id: this.#id, name: this.#name === '' ? 'message' : this.#name, data: this.#data.join('\n') };
    this.#id = null;
    this.#name = '';
    this.#data = [];
    return event;
  }
}
