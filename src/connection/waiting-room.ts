import type { Admission, Turns } from '../core/admission.ts';
import type { LimitKind } from '../core/facts.ts';
import type { Plan } from '../core/plan.ts';
import type { Cancellable, Timers } from '../core/ports.ts';
import { Poll } from './poll.ts';
import { Rounds } from './rounds.ts';
import { WaitingLine } from './waiting-line.ts';

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

/** Those of one listener. */
interface Room {
  readonly listener: number;
  readonly line: WaitingLine<Waiting>;
  /** How many were published as those that a free place would let in. */
  published: number;
  /** Which limit was last seen to hold somebody up. */
  limit: LimitKind | null;
  retry: Cancellable | null;
  /** At the last poll the turn was another shard's, and nobody was let in here since. */
  passedOver: boolean;
}

/**
 * Connections of a shard that wait for a place: first come first served within a listener, round robin among the shards
 * where somebody waits for it, and round robin among listeners where a place of the process is what they wait for. One
 * that only its own client's limit holds back does not hold up those behind it. A shard that leaves a free place unused for
 * as long as it takes to poll twice, because it hangs, loses its turn.
 */
export class WaitingRoom {
  readonly #parts: WaitingRoomParts;
  readonly #rooms = new Map<number, Room>();
  readonly #poll: Poll;
  readonly #rounds = new Rounds(() => {
    for (const room of this.#rooms.values()) {
      if (this.#grantOne(room, false)) this.#putLast(room);
    }
  });
  #size = 0;

  constructor(parts: WaitingRoomParts) {
    this.#parts = parts;
    const look = (): void => {
      this.retry();
      this.#takeOverdue();
    };
    this.#poll = new Poll(parts.timers, WAIT_POLL_MS, look, () => this.#size > 0);
  }

  /** How many wait here, in all rooms. */
  get size(): number {
    return this.#size;
  }

  /** How many wait here for a listener. */
  waitingFor(listener: number): number {
    return this.#rooms.get(listener)?.line.size ?? 0;
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
    room.line.add(waiting);
    this.#size++;
    this.#parts.changed(room.listener, 1);
    this.#publish(room);
    this.#poll.start();
    this.grant();
    return true;
  }

  /** Leaves the queue; nothing happens where it is not in it. */
  remove(waiting: Waiting): void {
    const room = this.#rooms.get(waiting.listener.index);
    if (room === undefined || !room.line.has(waiting)) return;
    this.#delete(room, waiting);
    this.#giveWay(room);
  }

  /** Whoever can have a place and whose turn it is gets it. */
  grant(): void {
    this.#rounds.run(this.#size > 0);
  }

  /** A connection of this shard and this client has given its place back: to somebody here, or to the shard whose turn it is. */
  freed(listener: number, clientHost: string): void {
    const room = this.#rooms.get(listener);
    if (room !== undefined) {
      room.line.release(clientHost);
      this.#publish(room);
    }
    this.grant();
    this.#parts.turns.freed(listener);
  }

  /** Everybody is tried again, also those whose client had no place left: limits may be others than before. */
  retry(): void {
    for (const room of this.#rooms.values()) {
      room.line.releaseAll();
      this.#publish(room);
    }
    this.grant();
  }

  /** Tries nobody any more. Those who still wait are not told. */
  close(): void {
    this.#poll.stop();
    for (const room of this.#rooms.values()) {
      room.retry?.cancel();
      room.retry = null;
    }
  }

  /** Lets in the first of a room that can have a place, where it is this shard's turn or `outOfTurn`. */
  #grantOne(room: Room, outOfTurn: boolean): boolean {
    for (const waiting of room.line.tries()) {
      if (!outOfTurn && !this.#parts.turns.isMine(room.listener)) break;
      const plan = waiting.limitedBy;
      const limit = this.#reserve(waiting, plan);
      if (limit === 'defect') continue;
      if (limit === null) {
        this.#letIn(room, waiting, plan);
        return true;
      }
      room.limit = limit;
      if (limit !== 'connections_per_ip') break;
      room.line.hold(waiting);
    }
    this.#retryForRate(room);
    if (this.#publish(room)) this.#giveWay(room);
    return false;
  }

  /** The other rooms come first when the next place of the process is free. */
  #putLast(room: Room): void {
    this.#rooms.delete(room.listener);
    this.#rooms.set(room.listener, room);
  }

  /** Places that are free and that the shard whose turn it is has not taken from one poll to the next. */
  #takeOverdue(): void {
    for (const room of this.#rooms.values()) {
      const waits = room.line.open > 0 && !this.#parts.turns.isMine(room.listener);
      const overdue = waits && room.passedOver;
      room.passedOver = waits;
      if (overdue) this.#grantOne(room, true);
    }
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
    room.passedOver = false;
    this.#delete(room, waiting);
    this.#parts.turns.pass(room.listener);
    waiting.granted(plan);
  }

  #delete(room: Room, waiting: Waiting): void {
    room.line.delete(waiting);
    this.#size--;
    this.#parts.admission.leaveQueue(room.listener);
    this.#parts.changed(room.listener, -1);
    this.#publish(room);
    if (this.#size === 0) this.#poll.stop();
  }

  /**
   * Tells the other shards how many could be let in; true where that has changed. Whoever joins the round comes after those
   * that are in it, so that no newcomer overtakes them.
   */
  #publish(room: Room): boolean {
    const { turns } = this.#parts;
    const count = room.line.open;
    if (count === room.published) return false;
    const joins = room.published === 0;
    room.published = count;
    turns.publish(room.listener, count);
    if (joins && turns.othersWait(room.listener) && turns.isMine(room.listener)) turns.pass(room.listener);
    return true;
  }

  /** Where nobody is left here whom a free place would let in, one may be free that was kept for this shard. */
  #giveWay(room: Room): void {
    if (room.published === 0) this.#parts.turns.freed(room.listener);
  }

  #room(listener: number): Room {
    let room = this.#rooms.get(listener);
    if (room === undefined) {
      const line = new WaitingLine<Waiting>();
      room = { listener, line, published: 0, limit: null, retry: null, passedOver: false };
      this.#rooms.set(listener, room);
    }
    return room;
  }

  #retryForRate(room: Room): void {
    const [first] = room.line.tries();
    if (room.retry !== null || first === undefined) return;
    const wait = this.#parts.admission.rateWaitMs(first.limitedBy, room.listener);
    if (wait === 0) return;
    room.retry = this.#parts.timers.after(Math.max(RATE_RETRY_MS_MIN, wait), () => {
      room.retry = null;
      this.grant();
    });
  }
}
