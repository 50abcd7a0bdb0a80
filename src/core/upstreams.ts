import type { FailureKind } from './circuits.ts';
import type { BackendVerdict } from './connection-view.ts';
import type { ProxyTlvs } from './proxy-header.ts';

/** What a backend is chosen by, of one connection. */
export interface PickKey {
  /** The client's address, with or without port; '' on a Unix socket. */
  readonly source: string;
  /** The server name it asked for; null where it told none. */
  readonly sni: string | null;
  /** Of its PROXY header; null where it had none. */
  readonly tlvs: ProxyTlvs | null;
  /** From 0 up to and without 1, another one for each connection. Alone decides what chance decides. */
  readonly random: number;
  /** Wall time in milliseconds since 1970. */
  readonly now: number;
}

/** What a pick tells instead of a row: no backend can be used. */
export const NO_BACKEND = -1;
/** What a pick tells instead of a row: some could be used, but have no free place now. */
export const ALL_FULL = -2;

/** What a connection asks of the pools. Implemented in `src/upstream` for one shard. */
export interface Upstreams {
  /**
   * Chooses a backend of a pool and counts it as connecting. `tried` are the rows this connection already failed on:
   * they are taken again only where no other is left. Returns the row, or `NO_BACKEND` or `ALL_FULL`, both below 0.
   * The caller owes exactly one `connected` or `failed` for each row it got.
   */
  pick(pool: number, key: PickKey, tried: readonly number[]): number;
  /** What stands for and against each backend of a pool at a wall time; changes nothing. For people: not on the path of a connection. */
  explain(pool: number, tried: readonly number[], now: number): readonly BackendVerdict[];
  /** The attempt succeeded: from connecting to active. The caller owes one `released`. */
  connected(row: number): void;
  /** The attempt failed or was cancelled: connecting no more. */
  failed(row: number): void;
  /** How long a backend took to take a connection, or to answer it with a first byte, in milliseconds. */
  measured(row: number, ms: number): void;
  /** An attempt failed by the backend's doing; the caller owes `failed` as well. */
  penalised(row: number): void;
  /** A connection failed on a backend by the backend's doing, where its pool counts failures of this kind. */
  failing(row: number, kind: FailureKind): void;
  /** The backend has sent its first byte, or served a connection to a clean end without one. */
  answered(row: number): void;
  /** An active connection ended. */
  released(row: number): void;
}
