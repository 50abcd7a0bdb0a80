import type { Health } from '../core/upstream-table.ts';
import type { MaglevTable } from './maglev-table.ts';

/** A backend as a policy sees it. */
export interface Candidate {
  /** Row in the upstream table. */
  readonly row: number;
  /** Position in its pool, from 0: what a policy remembers is kept by it. */
  readonly place: number;
  /** More than 0; an agent can make it a part of 1. */
  readonly weight: number;
  /** Connections being relayed and attempts under way. */
  readonly load: number;
  /** Decayed mean of its times to answer, in microseconds; 0 = none was measured. */
  readonly latency: number;
  /** Share of its weight that counts: 1, or less, above 0, in a slow start. */
  readonly strength: number;
  /** Hash of the backend's name: keeps a client on its backend when rows move or the process starts anew. */
  readonly seed: number;
}

/** A backend as the choice of candidates sees it. */
export interface Backend extends Candidate {
  /** 0: takes no new connections. */
  readonly weight: number;
  readonly health: Health;
  /** 0 to `PRIORITIES` - 1. */
  readonly priority: number;
  readonly backup: boolean;
  /** 0 = no limit. */
  readonly connectionsMax: number;
  /** Its connect rate allows none now. */
  readonly paced: boolean;
}

/** What a connection is to a policy. */
export interface Draw {
  /** Hash of what the connection is hashed by: 32 bits, unsigned. */
  readonly hash: number;
  /** From 0 up to and without 1: where all chance comes from. */
  readonly random: number;
  /** Backends that this connection has failed on: each attempt has chances of its own. */
  readonly attempt: number;
}

/** What a policy remembers of one pool from pick to pick. Owned by the caller, changed by the policy. */
export interface PolicyState {
  /** Place of the last pick; -1 before the first. */
  last: number;
  /** By place: how much of its share a backend has coming, negative after it had more. */
  readonly owed: number[];
  /** Of `maglev`; null = each key is looked for by rendezvous hashing. */
  readonly table: MaglevTable | null;
  /** Of `maglev`, in percent of a fair share; 0 = any load will do. */
  readonly boundedLoadPercent: number;
}

/** What a policy knows of a pool of `places` backends before the first pick. */
export function createPolicyState(
  places: number,
  { table = null, boundedLoadPercent = 0 }: Partial<Pick<PolicyState, 'table' | 'boundedLoadPercent'>> = {},
): PolicyState {
  return { last: -1, owed: new Array<number>(places).fill(0), table, boundedLoadPercent };
}

/**
 * Chooses one of the candidates, which are in order of their places, and returns its index among them; -1 where there
 * are none. Decides by its arguments alone and allocates nothing.
 */
export type Policy = (candidates: readonly Candidate[], state: PolicyState, draw: Draw) => number;
