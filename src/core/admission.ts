import type { LimitKind } from './facts.ts';
import type { Plan } from './plan.ts';

/**
 * Keeps the limits on connections, for one shard but counted over all: in all, per listener, per client address, and the
 * accept rate. A place is reserved when a connection is admitted and given back once, when it has ended; nothing is ever
 * reserved beyond a limit. `plan` is the one under which the connection lives; it is given back under the same.
 */
export interface Admission {
  /** Takes a place, or tells which limit stands in the way and takes nothing. Throws a RangeError on no listener. */
  reserve(plan: Plan, listener: number, client: string): LimitKind | null;
  /** Throws a RangeError where this shard holds no such place. */
  release(plan: Plan, listener: number, client: string): void;
  /** Milliseconds until the listener's accept rate lets one more in; 0 = now. */
  rateWaitMs(plan: Plan, listener: number): number;
  /** Takes one of the places in the queue of those who wait, which are counted over all shards; false where all are taken. */
  enterQueue(plan: Plan, listener: number): boolean;
  /** Gives a place in the queue back. Throws a RangeError where this shard has none. */
  leaveQueue(listener: number): void;
  /** Places that connections of this shard hold. */
  readonly reserved: number;
}

/**
 * The turns in which shards let in those that wait for a listener (`on_limit: wait`): one place at a time, round robin
 * among the shards where somebody waits who could be let in.
 */
export interface Turns {
  /** Says how many of this shard wait for a listener and could be let in by a free place; 0 leaves the round. */
  publish(listener: number, waiting: number): void;
  /** Whether somebody waits in another shard. */
  othersWait(listener: number): boolean;
  /** Whether the next free place is this shard's. True where nobody else waits. */
  isMine(listener: number): boolean;
  /** Hands the turn to the next shard where somebody waits, and wakes it. Nothing where there is none. */
  pass(listener: number): void;
  /** A place has become free: wakes the shard whose turn it is, where it is not this one. */
  freed(listener: number): void;
}
