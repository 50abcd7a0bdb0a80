import { NOBODY, type PoolPlaces } from '../core/pool-places.ts';
import type { Timers } from '../core/ports.ts';
import { Poll } from './poll.ts';
import { type InLine, PoolLine } from './pool-line.ts';
import { Rounds } from './rounds.ts';

/**
 * While anybody waits, the first of every line is tried again after so long: what no end of a connection tells of (a rate
 * that has paid for one more, a backend that came back, a wake-up that was lost) is found by this.
 */
export const QUEUE_POLL_MS = 50;

/** A connection that waits for a place at a backend of its pool. */
export interface Queued extends InLine {
  readonly pool: number;
  /** Those with the same may have the same backends: what one of them cannot have no other can. */
  readonly plan: object;
  /** At most so many wait for the pool at once. */
  readonly waitingMax: number;
  /** Takes a place: the row, or a number below 0 as `Upstreams.pick` tells. */
  pick(): number;
  /** It has got one and waits no longer. */
  placed(row: number): void;
  /** No backend is left that could be used; it waits no longer. */
  refused(): void;
  /** Something was thrown when it was tried; it waits no longer. */
  defect(error: unknown): void;
}

/** What the queues stand on; they own none of it. */
export interface PoolQueuesParts {
  readonly places: PoolPlaces;
  readonly timers: Timers;
  /** Told how the number of those who wait for a pool changes. */
  readonly changed: (pool: number, by: 1 | -1) => void;
  /** Whether what a pick told means that to wait may help. */
  readonly isFull: (picked: number) => boolean;
}

/** Those of one pool, in a line for each plan they live under. */
interface Queue {
  readonly pool: number;
  readonly lines: Map<object, PoolLine<Queued>>;
  /** The key that was published as this shard's first. */
  published: number;
  /** The first of all shards at the last poll, where that was another shard's. */
  passedOverFor: number;
}

/**
 * Connections of a shard that wait for a place at a pool. Over all shards the one of the lowest key is the next: by the
 * priority of its route, then in the order of arrival. A shard whose first is not the next leaves a free place alone; who
 * gives one back wakes the shard whose turn it is. Where the next one stays the same from one poll to the next although
 * there is a place (its shard hangs, or its older plan does not know the backend), it is passed over.
 */
export class PoolQueues {
  readonly #parts: PoolQueuesParts;
  readonly #queues = new Map<number, Queue>();
  readonly #poll: Poll;
  readonly #rounds = new Rounds(() => {
    for (const queue of this.#queues.values()) this.#grantAll(queue, false);
  });
  #size = 0;

  constructor(parts: PoolQueuesParts) {
    this.#parts = parts;
    const look = (): void => {
      this.grant();
      for (const queue of this.#queues.values()) this.#takeOverdue(queue);
    };
    this.#poll = new Poll(parts.timers, QUEUE_POLL_MS, look, () => this.#size > 0);
  }

  /** How many wait here, for all pools. */
  get size(): number {
    return this.#size;
  }

  /** How many of this shard come before it. */
  ahead(queued: Queued): number {
    let count = 0;
    for (const line of this.#queues.get(queued.pool)?.lines.values() ?? []) count += line.ahead(queued);
    return count;
  }

  /**
   * Joins the queue at its place in the order, and gets a place at once where one is free and it is the next. False, and
   * nothing happens, where `waitingMax` wait already.
   */
  add(queued: Queued): boolean {
    if (!this.#parts.places.enter(queued.pool, queued.waitingMax)) return false;
    const queue = this.#queue(queued.pool);
    this.#line(queue, queued.plan).add(queued);
    this.#size++;
    this.#parts.changed(queued.pool, 1);
    this.#publish(queue);
    this.#poll.start();
    this.grant();
    return true;
  }

  /** Leaves the queue; nothing happens where it is not in it. */
  remove(queued: Queued): void {
    const queue = this.#queues.get(queued.pool);
    if (queue === undefined || !this.#delete(queue, queued)) return;
    this.#giveWay(queue);
    this.grant();
  }

  /** A place of a pool may be free: for somebody here, or for the shard whose turn it is. */
  freed(pool: number): void {
    if (this.#parts.places.waiting(pool) === 0) return;
    if (this.#queues.has(pool)) this.grant();
    this.#parts.places.wakeFirst(pool);
  }

  /** Whoever is the next and can have a place gets it. */
  grant(): void {
    this.#rounds.run(this.#size > 0);
  }

  /** Tries nobody any more. Those who still wait are not told. */
  close(): void {
    this.#poll.stop();
  }

  #grantAll(queue: Queue, outOfTurn: boolean): void {
    while (this.#grantOne(queue, outOfTurn));
  }

  /** Whether one of a queue has ceased to wait. */
  #grantOne(queue: Queue, outOfTurn: boolean): boolean {
    if (!outOfTurn && this.#parts.places.first(queue.pool) !== queue.published) return false;
    for (const queued of this.#firsts(queue)) {
      const row = this.#pick(queue, queued);
      if (row === null) return true;
      if (row < 0 && this.#parts.isFull(row)) continue;
      this.#delete(queue, queued);
      this.#giveWay(queue);
      if (row < 0) queued.refused();
      else queued.placed(row);
      return true;
    }
    return false;
  }

  /** The first of each line, in order. */
  #firsts(queue: Queue): Queued[] {
    const firsts = [...queue.lines.values()].flatMap((line) => line.first ?? []);
    return firsts.length < 2 ? firsts : firsts.sort((a, b) => a.key - b.key);
  }

  /** null: it threw, and waits no longer. */
  #pick(queue: Queue, queued: Queued): number | null {
    try {
      return queued.pick();
    } catch (error) {
      this.#delete(queue, queued);
      this.#giveWay(queue);
      queued.defect(error);
      return null;
    }
  }

  #delete(queue: Queue, queued: Queued): boolean {
    const line = queue.lines.get(queued.plan);
    if (line === undefined || !line.delete(queued)) return false;
    if (line.size === 0) queue.lines.delete(queued.plan);
    this.#size--;
    this.#parts.places.leave(queue.pool);
    this.#parts.changed(queue.pool, -1);
    this.#publish(queue);
    if (queue.lines.size === 0) this.#queues.delete(queue.pool);
    if (this.#size === 0) this.close();
    return true;
  }

  /** Tells the other shards who is the first here. */
  #publish(queue: Queue): void {
    const key = this.#firsts(queue)[0]?.key ?? NOBODY;
    if (key === queue.published) return;
    queue.published = key;
    this.#parts.places.publish(queue.pool, key);
  }

  /** Somebody has left; a place may be free that was kept for it, or more than the one it got. */
  #giveWay({ pool }: Queue): void {
    this.#rounds.follow(this.#size > 0);
    this.#parts.places.wakeFirst(pool);
  }

  #queue(pool: number): Queue {
    let queue = this.#queues.get(pool);
    if (queue === undefined) {
      queue = { pool, lines: new Map(), published: NOBODY, passedOverFor: NOBODY };
      this.#queues.set(pool, queue);
    }
    return queue;
  }

  #line(queue: Queue, plan: object): PoolLine<Queued> {
    let line = queue.lines.get(plan);
    if (line === undefined) {
      line = new PoolLine();
      queue.lines.set(plan, line);
    }
    return line;
  }

  /** Where the next one has not taken the free places from one poll to the next, those here do. */
  #takeOverdue(queue: Queue): void {
    const first = this.#parts.places.first(queue.pool);
    const isOther = first !== queue.published;
    const isOverdue = isOther && first === queue.passedOverFor;
    queue.passedOverFor = isOther ? first : NOBODY;
    if (isOverdue) this.#grantAll(queue, true);
  }
}
