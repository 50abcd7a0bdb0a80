import { useEffect, useRef, useState } from 'preact/hooks';
import { CONNECTIONS_PAGE_MAX, type ConnectionRow } from '../../../src/core/connection-query.ts';
import { ApiError, read } from '../api.ts';
import { type PageRequest, Paging, type View } from '../paging.ts';
import { pause, untilSeen } from '../poll.ts';

/** Rows that are asked for at once. */
const PAGE_ROWS = 200;
/** Pages that are walked over at once on the way to one far down: the most rows that the service gives together. */
const PAGES_SKIPPED = CONNECTIONS_PAGE_MAX / PAGE_ROWS;
/** Pages that are kept. */
const PAGES_MAX = 8;
/** What is in sight is read again so long after its last answer. */
const EVERY_MS = 1_000;

/** Fields of the query of `GET /v1/connections`, besides those that pages are turned by. */
export type ConnectionFields = Readonly<Record<string, string>>;

/** A list of live connections that is kept as it is now, where it can be seen. */
export interface ConnectionFeed {
  /** Connections that the filter means; null before the first answer. */
  readonly matched: number | null;
  /** null where it is not known yet. */
  row(index: number): ConnectionRow | null;
  /** The rows that are known, at most PAGES_MAX pages. */
  kept(): readonly ConnectionRow[];
  /** Of the last request; null = it succeeded. */
  readonly error: ApiError | null;
  /** Says which rows are in sight. */
  look(view: View): void;
  /** Reads what is in sight now. */
  refresh(): void;
}

interface Answer {
  readonly connections: readonly ConnectionRow[];
  readonly next: string | null;
  readonly matched: number;
}

/** Follows the connections that `fields` mean, in their order: one request after the other, none while the tab is hidden. */
export function useConnections(fields: ConnectionFields): ConnectionFeed {
  const query = new URLSearchParams(fields).toString();
  const [, redraw] = useState(0);
  const feed = useRef<Feed | null>(null);
  if (feed.current === null || feed.current.query !== query)
    feed.current = new Feed(query, () => redraw((drawn) => drawn + 1));
  const current = feed.current;
  useEffect(() => {
    const cancel = new AbortController();
    void current.run(cancel.signal);
    return () => cancel.abort();
  }, [current]);
  return current;
}

class Feed implements ConnectionFeed {
  readonly query: string;
  readonly #paging = new Paging<ConnectionRow>(PAGE_ROWS, PAGES_MAX, PAGES_SKIPPED);
  readonly #changed: () => void;
  #view: View = { first: 0, last: 0 };
  #error: ApiError | null = null;
  #wake = new AbortController();

  constructor(query: string, changed: () => void) {
    this.query = query;
    this.#changed = changed;
  }

  get matched(): number | null {
    return this.#paging.matched;
  }

  get error(): ApiError | null {
    return this.#error;
  }

  row(index: number): ConnectionRow | null {
    return this.#paging.row(index);
  }

  kept(): readonly ConnectionRow[] {
    return this.#paging.kept();
  }

  look(view: View): void {
    this.#view = view;
    if (this.#error === null && this.#paging.missing(view) !== null) this.#wake.abort();
  }

  refresh(): void {
    this.#wake.abort();
  }

  async run(cancel: AbortSignal): Promise<void> {
    while (!cancel.aborted) {
      const missing = this.#paging.missing(this.#view);
      const wanted = missing === null ? this.#paging.refresh(this.#view) : [missing];
      for (const request of wanted) await this.#load(request, cancel);
      if (cancel.aborted) return;
      if (this.#error !== null || this.#paging.missing(this.#view) === null) await this.#rest(cancel);
      if (document.hidden) await untilSeen(cancel);
    }
  }

  async #rest(cancel: AbortSignal): Promise<void> {
    if (this.#wake.signal.aborted) this.#wake = new AbortController();
    await pause(EVERY_MS, AbortSignal.any([cancel, this.#wake.signal]));
  }

  async #load(request: PageRequest, cancel: AbortSignal): Promise<void> {
    const { cursor, pages } = request;
    const at = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    try {
      const path = `/v1/connections?${this.query}&limit=${PAGE_ROWS * pages}${at}`;
      const { connections, next, matched } = await read<Answer>(path, cancel);
      if (cancel.aborted) return;
      this.#paging.take(request, { rows: connections, next, matched });
      this.#error = null;
    } catch (error) {
      if (cancel.aborted) return;
      this.#error = error instanceof ApiError ? error : new ApiError(0, String(error));
    }
    this.#changed();
  }
}
