import type { AdminEvent, EventKind, EventsWatch } from '../core/admin-event.ts';
import { EVENTS_FLUSH_MS, EVENTS_HEARTBEAT_MS, EVENTS_WAITING_MAX } from './limits.ts';
import type { StreamSink } from './reply.ts';

/** Which events a stream has: those for which all that is not null holds. */
export interface EventFilter {
  readonly kinds: readonly EventKind[] | null;
  readonly connection: string | null;
  readonly listener: string | null;
  readonly pool: string | null;
}

/**
 * Events as a client of server-sent events reads them (WHATWG HTML, 9.2): those of EVENTS_FLUSH_MS are written together, and no
 * more while the client has not taken what was written. What does not find room meanwhile is dropped and told as an
 * event `dropped` with its count. Begins with a comment, and says by one every EVENTS_HEARTBEAT_MS that it lives, with the id of
 * the last event that passed, meant or not: a client that comes back goes on after it.
 */
export class EventStream {
  readonly #filter: EventFilter;
  readonly #sink: StreamSink;
  readonly #heartbeat: NodeJS.Timeout;
  #waiting: AdminEvent[] = [];
  #dropped = 0;
  #timer: NodeJS.Timeout | null = null;
  #isReady = true;
  /** Of the last event that passed; null = none has. */
  #lastId: number | null = null;

  constructor(filter: EventFilter, sink: StreamSink) {
    this.#filter = filter;
    this.#sink = sink;
    this.#write(': events\n\n');
    this.#heartbeat = setInterval(() => {
      if (this.#isReady) this.#write(this.#lifeSign());
    }, EVENTS_HEARTBEAT_MS);
  }

  /** Begins with what a client that comes back has missed. To be called before the first `take`. */
  resume({ kept, missed }: Pick<EventsWatch, 'kept' | 'missed'>): void {
    if (missed !== 0) this.#write(droppedText(missed));
    this.take(kept);
  }

  take(events: readonly AdminEvent[]): void {
    for (const event of events) {
      this.#lastId = event.id;
      if (!isMeant(event, this.#filter)) continue;
      if (this.#waiting.length < EVENTS_WAITING_MAX) this.#waiting.push(event);
      else this.#dropped++;
    }
    this.#flushSoon();
  }

  end(): void {
    clearInterval(this.#heartbeat);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#isReady = false;
    this.#waiting = [];
  }

  #flushSoon(): void {
    if (!this.#isReady || this.#waiting.length + this.#dropped === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#flush();
    }, EVENTS_FLUSH_MS);
  }

  #flush(): void {
    const texts = this.#waiting.map(
      (event) => `id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`,
    );
    if (this.#dropped > 0) texts.push(droppedText(this.#dropped));
    this.#waiting = [];
    this.#dropped = 0;
    this.#write(texts.join(''));
  }

  /** An id without data is no event, but is remembered (WHATWG HTML, 9.2.6). What waits comes after it, and so has to be none. */
  #lifeSign(): string {
    return this.#lastId === null || this.#waiting.length > 0 ? ':\n\n' : `:\nid: ${this.#lastId}\n\n`;
  }

  #write(text: string): void {
    this.#isReady = this.#sink.write(text);
    if (this.#isReady) return;
    this.#sink.onReady(() => {
      this.#isReady = true;
      this.#flushSoon();
    });
  }
}

function isMeant(event: AdminEvent, { kinds, connection, listener, pool }: EventFilter): boolean {
  return (
    (kinds === null || kinds.includes(event.kind)) &&
    (connection === null || connection === event.connection) &&
    (listener === null || listener === event.listener) &&
    (pool === null || pool === event.pool)
  );
}

/** null = nobody knows how many. */
function droppedText(count: number | null): string {
  return `event: dropped\ndata: {"count":${count}}\n\n`;
}
