import type { StateName } from './state.ts';

/** Connections that one page of a list has at most. */
export const CONNECTIONS_PAGE_MAX = 1_000;

/**
 * By what a list is sorted. `age`: since the accept. `bytes`: both directions together. `rate`: the same, a second. Equal ones
 * stand in the order of their ids.
 */
export const CONNECTION_SORTS = ['id', 'age', 'bytes', 'rate'] as const;
export type ConnectionSort = (typeof CONNECTION_SORTS)[number];

/** Which connections are meant: those for which all that is not null holds. */
export interface ConnectionFilter {
  readonly listener: string | null;
  readonly route: string | null;
  readonly pool: string | null;
  readonly backend: string | null;
  readonly state: StateName | null;
  /** As sniffed. */
  readonly protocol: string | null;
  /** An address or a network, in the form that `parseCidr` reads. */
  readonly client: string | null;
  /** Milliseconds since the accept, at least; 0 = any. */
  readonly ageMsMin: number;
  /** Both directions together, at least; 0 = any. */
  readonly bytesMin: number;
}

/** All connections. */
export const ANY_CONNECTION: ConnectionFilter = {
  listener: null,
  route: null,
  pool: null,
  backend: null,
  state: null,
  protocol: null,
  client: null,
  ageMsMin: 0,
  bytesMin: 0,
};

/** Where a page ended: the next one begins behind it. */
export interface ConnectionCursor {
  readonly value: number;
  readonly connection: number;
}

export interface ConnectionQuery {
  readonly filter: ConnectionFilter;
  readonly sort: ConnectionSort;
  /** The greatest first. */
  readonly descending: boolean;
  /** 1 to CONNECTIONS_PAGE_MAX. */
  readonly limit: number;
  /** null: from the beginning. */
  readonly after: ConnectionCursor | null;
}

/** A live connection in a list. Plain data. */
export interface ConnectionRow {
  /** Twelve hex digits. */
  readonly connection: string;
  readonly shard: number;
  readonly listener: string;
  readonly client: string;
  /** Milliseconds since 1970. */
  readonly opened: number;
  readonly state: StateName;
  /** As sniffed; null = not yet, or not at all. */
  readonly protocol: string | null;
  readonly route: string | null;
  readonly pool: string | null;
  readonly backend: string | null;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Bytes a second since somebody looked at the connection last, half a second ago or more; the first time, since the accept. */
  readonly rateUp: number;
  readonly rateDown: number;
}

/** What one shard, or all together, have found. */
export interface ConnectionPage {
  /** In order. */
  readonly rows: readonly ConnectionRow[];
  /** By what each row stands where it does, with its id. */
  readonly keys: readonly ConnectionCursor[];
  /** Connections that the filter means, on all pages. */
  readonly matched: number;
}

/** Puts the pages of shards together to one of at most `limit` rows. */
export function mergePages(
  pages: readonly ConnectionPage[],
  { descending, limit }: Pick<ConnectionQuery, 'descending' | 'limit'>,
): ConnectionPage {
  const all = pages.flatMap(({ rows, keys }) =>
    rows.map((row, index) => ({ row, key: keys[index] as ConnectionCursor })),
  );
  all.sort((a, b) => compareCursors(a.key, b.key, descending));
  const kept = all.slice(0, limit);
  return {
    rows: kept.map(({ row }) => row),
    keys: kept.map(({ key }) => key),
    matched: pages.reduce((sum, { matched }) => sum + matched, 0),
  };
}

/** Below 0 where `a` comes first. */
export function compareCursors(a: ConnectionCursor, b: ConnectionCursor, descending: boolean): number {
  const order = a.value - b.value || a.connection - b.connection;
  return descending ? -order : order;
}
