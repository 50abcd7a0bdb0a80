import type { Admission, Turns } from '../core/admission.ts';
import type { LimitKind } from '../core/facts.ts';
import type { Plan } from '../core/plan.ts';
import type { Cancellable, Timers } from '../core/ports.ts';

/** Shortest pause before waiting connections are tried again for want of accept rate. */
const RATE_RETRY_MS_MIN = 10;

/**
 * While anybody waits, all are tried again after so long: places that other shards gave back without a wake-up (those of
 * one client, or of the process by way of another listener) are found by this, and a wake-up that was lost does no harm.
 */
export const WAIT_POLL_MS = 50;

/** Someone who waits for a place. */
export interface Waiting {
  /** The plan whose limits decide about its place; another one after a reload. */
  readonly limitedBy: Plan;
  readonly listener: { readonly index: number };
  readonly clientHost: string;
  /** A place was reserved for it, under the limits of `plan`. */
  granted(plan: Plan): void;
  /** Something was thrown when it was tried; it waits no longer. */
  defect(error: unknown): void;
}

/** What a waiting room stands on; it owns none of it. */
export interface WaitingRoomParts {
  readonly admission: Admission;
  readonly turns: Turns;
  readonly timers: Timers;
  /** Told how the number of those who wait for a listener changes. */
  readonly changed: (listener: number, by: 1 | -1) => void;
}

/** Those of one listener. `held` are the ones among `waiting` whose own client address has no place left. */
interface Room {
  readonly listener: number;
  readonly waiting: Set<Waiting>;
  readonly held: Set<Waiting>;
  /** How many were published as those that a free place would let in. */
  published: number;
  /** Which limit was last seen to hold somebody up. */
  limit: LimitKind | null;
  retry: Cancellable | null;
}

/**
 * Connections of a shard that wait for a place: first come first served within a listener, and round robin among the
 * shards where somebody waits for it. One that only its own client's limit holds back does not hold up those behind it.
 */
export class WaitingRoom {
  readonly #parts: WaitingRoomParts;
  readonly #rooms = new Map<number, Room>();
  #size = 0;
  #poll: Cancellable | null = null;
  #granting = false;
  #grantAgain = false;

  constructor(parts: WaitingRoomParts) {
    this.#parts = parts;
  }

  /** How many wait here, in all rooms. */
  get size(): number {
    return this.#size;
  }

  /** How many wait here for a listener. */
  waitingFor(listener: number): number {
    return this.#rooms.get(listener)?.waiting.size ?? 0;
  }

  /** The limit that those who wait here for a listener wait for; null where nobody was held up yet. */
  limitOf(listener: number): LimitKind | null {
    return this.#rooms.get(listener)?.limit ?? null;
  }

  /**
   * Joins the queue, at its end, and is let in where a place has become free that nobody was told of. False, and nothing
   * happens, where as many wait already as the listener allows over all shards.
   */
  add(waiting: Waiting): boolean {
    const { index } = waiting.listener;
    if (!this.#parts.admission.enterQueue(waiting.limitedBy, index)) return false;
    const room = this.#room(index);
    room.waiting.add(waiting);
    this.#size++;
    this.#parts.changed(room.listener, 1);
    this.#publish(room);
    this.#startPoll();
    this.grant();
    return true;
  }

  /** Leaves the queue; nothing happens where it is not in it. */
  remove(waiting: Waiting): void {
    const room = this.#rooms.get(waiting.listener.index);
    if (room === undefined || !room.waiting.has(waiting)) return;
    this.#delete(room, waiting);
    this.#giveWay(room);
  }

  /**
   * Whoever can have a place and whose turn it is gets it. One that is let in may end at once and give its place back: that
   * call only asks for another round of the one under way, so that a long queue does not become a deep stack.
   */
  grant(): void {
    this.#grantAgain = this.#size > 0;
    if (this.#granting) return;
    this.#granting = true;
    try {
      while (this.#grantAgain) {
        this.#grantAgain = false;
        for (const room of this.#rooms.values()) this.#grantRoom(room);
      }
    } finally {
      this.#granting = false;
    }
  }

  /** A connection of this shard has given its place back: to somebody here, or to the shard whose turn it is. */
  freed(listener: number): void {
    const room = this.#rooms.get(listener);
    if (room !== undefined) this.#lookAgain(room);
    this.grant();
    this.#parts.turns.freed(listener);
  }

  /** Everybody is tried again, also those whose client had no place left: limits may be others than before. */
  retry(): void {
    for (const room of this.#rooms.values()) this.#lookAgain(room);
    this.grant();
  }

  /** Tries nobody any more. Those who still wait are not told. */
  close(): void {
    this.#stopPoll();
    for (const room of this.#rooms.values()) {
      room.retry?.cancel();
      room.retry = null;
    }
  }

  #grantRoom(room: Room): void {
    for (const waiting of room.waiting) {
      if (room.held.has(waiting)) continue;
      if (!this.#parts.turns.isMine(room.listener)) break;
      const plan = waiting.limitedBy;
      const limit = this.#reserve(waiting, plan);
      if (limit === 'defect') continue;
      if (limit === null) this.#letIn(room, waiting, plan);
      else {
        room.limit = limit;
        if (limit !== 'connections_per_ip') break;
        this.#hold(room, waiting);
      }
    }
    this.#retryForRate(room);
  }

  #reserve(waiting: Waiting, plan: Plan): LimitKind | 'defect' | null {
    try {
      return this.#parts.admission.reserve(plan, waiting.listener.index, waiting.clientHost);
    } catch (error) {
      this.remove(waiting);
      waiting.defect(error);
      return 'defect';
    }
  }

  #letIn(room: Room, waiting: Waiting, plan: Plan): void {
    this.#delete(room, waiting);
    this.#parts.turns.pass(room.listener);
    waiting.granted(plan);
  }

  #hold(room: Room, waiting: Waiting): void {
    room.held.add(waiting);
    this.#publish(room);
    this.#giveWay(room);
  }

  #delete(room: Room, waiting: Waiting): void {
    room.waiting.delete(waiting);
    room.held.delete(waiting);
    this.#size--;
    this.#parts.admission.leaveQueue(room.listener);
    this.#parts.changed(room.listener, -1);
    this.#publish(room);
    if (this.#size === 0) this.#stopPoll();
  }

  /** Those whose client had no place left may have one now. */
  #lookAgain(room: Room): void {
    room.held.clear();
    this.#publish(room);
  }

  /** Whoever joins the round comes after those that are in it, so that no newcomer overtakes them. */
  #publish(room: Room): void {
    const { turns } = this.#parts;
    const count = room.waiting.size - room.held.size;
    if (count === room.published) return;
    const joins = room.published === 0;
    room.published = count;
    turns.publish(room.listener, count);
    if (joins && turns.othersWait(room.listener) && turns.isMine(room.listener)) turns.pass(room.listener);
  }

  /** Where nobody is left here whom a free place would let in, one may be free that was kept for this shard. */
  #giveWay(room: Room): void {
    if (room.published === 0) this.#parts.turns.freed(room.listener);
  }

  #room(listener: number): Room {
    let room = this.#rooms.get(listener);
    if (room === undefined) {
      room = { listener, waiting: new Set(), held: new Set(), published: 0, limit: null, retry: null };
      this.#rooms.set(listener, room);
    }
    return room;
  }

  #startPoll(): void {
    this.#poll ??= this.#parts.timers.after(WAIT_POLL_MS, () => {
      this.#poll = null;
      try {
        this.retry();
      } finally {
        if (this.#size > 0) this.#startPoll();
      }
    });
  }

  #stopPoll(): void {
    this.#poll?.cancel();
    this.#poll = null;
  }

  #retryForRate(room: Room): void {
    const [first] = room.waiting;
    if (room.retry !== null || first === undefined) return;
    const wait = this.#parts.admission.rateWaitMs(first.limitedBy, room.listener);
    if (wait === 0) return;
    room.retry = this.#parts.timers.after(Math.max(RATE_RETRY_MS_MIN, wait), () => {
      room.retry = null;
      this.grant();
    });
  }
}
