import type { Health } from '../core/upstream-table.ts';

/** A backend as a policy sees it. */
export interface Candidate {
  /** Row in the upstream table. */
  readonly row: number;
  /** Position in its pool, from 0: what a policy remembers is kept by it. */
  readonly place: number;
  /** At least 1. */
  readonly weight: number;
  /** Connections being relayed and attempts under way. */
  readonly load: number;
  /** Hash of the backend's name: keeps a client on its backend when rows move or the process starts anew. */
  readonly seed: number;
}

/** A backend as the choice of candidates sees it. */
export interface Backend extends Candidate {
  /** 0: takes no new connections. */
  readonly weight: number;
  readonly health: Health;
  readonly backup: boolean;
  /** 0 = no limit. */
  readonly connectionsMax: number;
}

/** What a policy remembers of one pool from pick to pick. Owned by the caller, changed by the policy. */
export interface PolicyState {
  /** Place of the last pick; -1 before the first. */
  last: number;
  /** By place: how much of its share a backend has coming, negative after it had more. */
  readonly owed: number[];
}

/** What a policy knows of a pool of `places` backends before the first pick. */
export function createPolicyState(places: number): PolicyState {
  return { last: -1, owed: new Array<number>(places).fill(0) };
}

/**
 * Chooses one of the candidates, which are in order of their places, and returns its index among them; -1 where there
 * are none. `client` is the client's address as text, with or without port. Allocates nothing.
 */
export type Policy = (candidates: readonly Candidate[], state: PolicyState, client: string) => number;
