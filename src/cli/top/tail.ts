import type { AdminClient } from './client.ts';
import type { Json } from './json.ts';
import { EVENTS_RETRY_MS, EVENTS_SILENT_MS_MAX } from './limits.ts';
import type { Told } from './model.ts';
import { SseReader } from './sse.ts';

/** What the stream of events tells. */
export interface TailListener {
  /** Those that came together, the oldest first. */
  events(told: readonly Told[]): void;
  /** Whether it is open now. */
  stream(state: 'open' | 'lost'): void;
}

/**
 * Follows a stream of events from `start` to `stop`. One that ends, or is silent for too long, is begun again, behind the last event
 * that came where the service still has what followed it.
 */
export class EventTail {
  readonly #client: AdminClient;
  readonly #listener: TailListener;
  #following: Following | null = null;
  #lastPath = '';
  #lastId = '';

  constructor(client: AdminClient, listener: TailListener) {
    this.#client = client;
    this.#listener = listener;
  }

  /** The path that is followed; null: none. */
  get path(): string | null {
    return this.#following?.path ?? null;
  }

  /** In the place of the one before, unless it is the same. */
  start(path: string): void {
    if (this.path === path) return;
    this.stop();
    if (path !== this.#lastPath) this.#lastId = '';
    this.#lastPath = path;
    this.#following = new Following(path);
    void this.#follow(this.#following);
  }

  stop(): void {
    this.#following?.end();
    this.#following = null;
  }

  async #follow(following: Following): Promise<void> {
    while (!following.isOver) {
      await this.#once(following.path, following.call()).catch(() => {});
      if (following.isOver) return;
      this.#listener.stream('lost');
      await following.pause(EVENTS_RETRY_MS);
    }
  }

  /** Settles when the stream is over. */
  async #once(path: string, call: AbortController): Promise<void> {
    const watch = setTimeout(() => call.abort(), EVENTS_SILENT_MS_MAX);
    try {
      const headers = this.#lastId === '' ? {} : { 'last-event-id': this.#lastId };
      const reply = await this.#client.open(path, headers, call);
      if (reply.statusCode !== 200) {
        reply.destroy();
        return;
      }
      this.#listener.stream('open');
      reply.setEncoding('utf8');
      const reader = new SseReader();
      for await (const piece of reply as AsyncIterable<string>) {
        watch.refresh();
        this.#tell(reader, piece);
      }
    } finally {
      clearTimeout(watch);
    }
  }

  #tell(reader: SseReader, piece: string): void {
    const messages = reader.push(piece);
    if (reader.lastId !== '') this.#lastId = reader.lastId;
    if (messages.length === 0) return;
    this.#listener.events(messages.map(({ event, data }) => ({ kind: event, json: jsonOf(data) })));
  }
}

function jsonOf(data: string): Json {
  try {
    return JSON.parse(data);
  } catch {
    return { data: { text: data } };
  }
}

/** One stretch from a start to its stop: the call that is under way, or the pause. */
class Following {
  readonly path: string;
  isOver = false;
  #call: AbortController | null = null;
  #wake: () => void = () => {};

  constructor(path: string) {
    this.path = path;
  }

  call(): AbortController {
    this.#call = new AbortController();
    return this.#call;
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  end(): void {
    this.isOver = true;
    this.#call?.abort();
    this.#wake();
  }
}
