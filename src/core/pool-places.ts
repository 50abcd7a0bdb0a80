import { QUEUE_PRIORITY_MAX } from './plan.ts';

/**
 * What is counted of pools over all shards, and the order in which those are served that wait for a place at a backend.
 * For one shard; `pool` is an index into `Plan.pools`.
 */
export interface PoolPlaces {
  /** Takes one of the pool's places; false where `max` are taken. The caller owes a `give`. */
  take(pool: number, max: number): boolean;
  /** Throws a RangeError where this shard has none. */
  give(pool: number): void;
  /** Takes one of the `max` places in the pool's queue; false where all are taken. The caller owes a `leave`. */
  enter(pool: number, max: number): boolean;
  /** Throws a RangeError where this shard has none. */
  leave(pool: number): void;
  /** How many wait for a place at the pool, in all shards. */
  waiting(pool: number): number;
  /** The next number in the order of arrival, from 0. */
  ticket(pool: number): number;
  /** Says who is the first that waits in this shard, by `queueKey`; `NOBODY` = none waits. */
  publish(pool: number, key: number): void;
  /** The first that waits in any shard, by its key; `NOBODY` = none does. */
  first(pool: number): number;
  /** Wakes the shard of the first that waits, where it is not this one. */
  wakeFirst(pool: number): void;
}

/** How many connections a second each backend is given, over all shards. */
export interface ConnectRates {
  /** Takes one of a backend's; `rate` is per second, above 0. False where there is none now. */
  take(row: number, rate: number): boolean;
  /** Milliseconds until there is one; 0 = now. */
  waitMs(row: number, rate: number): number;
}

/** No key: nobody waits. */
export const NOBODY = 0;

/** Tickets go round after so many: at a million a second that takes 25 days. */
export const TICKETS = 2 ** 41;

/** The place in the order: by priority, then by ticket; a whole number above `NOBODY`, and the lower comes first. */
export function queueKey(priority: number, ticket: number): number {
  return (priority + QUEUE_PRIORITY_MAX) * TICKETS + (ticket % TICKETS) + 1;
}
