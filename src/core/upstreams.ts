import type { BackendVerdict } from './connection-view.ts';

/** What a connection asks of the pools. Implemented in `src/upstream` for one shard. */
export interface Upstreams {
  /**
   * Chooses a backend of a pool and counts it as connecting. `tried` are the rows this connection already failed on:
   * they are taken again only where no other is left. Returns the row, or -1 where no backend is eligible.
   * The caller owes exactly one `connected` or `failed` for each row it got.
   */
  pick(pool: number, client: string, tried: readonly number[]): number;
  /** What stands for and against each backend of a pool now; changes nothing. For people: not on the path of a connection. */
  explain(pool: number, tried: readonly number[]): readonly BackendVerdict[];
  /** The attempt succeeded: from connecting to active. The caller owes one `released`. */
  connected(row: number): void;
  /** The attempt failed or was cancelled: connecting no more. */
  failed(row: number): void;
  /** An active connection ended. */
  released(row: number): void;
}
