import type { Cancellable, Timers } from '../../core/ports.ts';
import { TimerWheel } from '../../core/timer-wheel.ts';
import {
  EAGAIN,
  EINTR,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLRDHUP,
  type Layout,
} from './abi.ts';
import type { DescriptorTable } from './descriptor-table.ts';
import { systemError } from './errno.ts';
import type { System } from './system.ts';

/** Of a peer that has finished, or is lost. */
export const ENDS = EPOLLRDHUP | EPOLLHUP | EPOLLERR;

/** Events taken from the kernel at once. */
const EVENTS_MAX = 256;

/**
 * Within a turn all of a rank are told before those of the next, so that what follows each other takes the same way through
 * our code and the kernel's, and finds it in the caches (D-128). ENDS are those of DATA whose peer has finished.
 */
export const RANK = { CONNECT: 0, DATA: 1, ENDS: 2, ACCEPT: 3 } as const;
export type Rank = (typeof RANK)[keyof typeof RANK];

/** What is known of a descriptor by its number. One at a time watches it. */
export interface Watcher {
  /** When in a turn it is told, among all that have events. */
  readonly rank: Rank;
  /** The kernel says that something has happened; `events` are those of epoll_ctl(2). */
  ready(events: number): void;
}

/** Has more to do than a turn allows, or something that must not be done inside of the call that asks for it. */
export interface Runnable {
  run(): void;
}

interface Slot {
  token: number;
  /** null: nobody watches. */
  watcher: Watcher | null;
}

/**
 * epoll, timers, and what was put off: all that happens on a plane happens inside of `turn`. Whatever a watcher, a timer
 * or a runnable throws goes to `onError`, and the rest goes on.
 */
export class Reactor implements Timers {
  readonly epoch: number;
  readonly #system: System;
  readonly #layout: Layout;
  readonly #clock: () => number;
  readonly #onError: (error: unknown) => void;
  readonly #table: DescriptorTable;
  readonly #epoll: number;
  readonly #events: Uint8Array;
  readonly #eventsView: DataView;
  /** Of the events of a turn. */
  readonly #ranks = new Uint8Array(EVENTS_MAX);
  readonly #change: Uint8Array;
  readonly #changeView: DataView;
  /** By descriptor; those that were watched once are kept. */
  readonly #slots: (Slot | undefined)[] = [];
  readonly #wheel: TimerWheel;
  /** Not before this time is a timer due. */
  #wakeAt = Number.POSITIVE_INFINITY;
  /** What was put off, as far as `#waiting`; both lists keep their length, so that they need not grow again. */
  #next: (Runnable | null)[] = [];
  #running: (Runnable | null)[] = [];
  #waiting = 0;
  #token = 0;
  #closed = false;
  /** The time at which this turn's events were taken, for stamps that need not be finer. */
  turnedAt: number;
  /** `turnedAt` of the last turn that had events. */
  eventAt: number;

  /** `clock` is monotonic, in milliseconds. Throws the system's error where there is no epoll to be had. */
  constructor(
    system: System,
    layout: Layout,
    table: DescriptorTable,
    clock: () => number,
    epoch: number,
    onError: (error: unknown) => void,
  ) {
    this.#system = system;
    this.#layout = layout;
    this.#table = table;
    this.#clock = clock;
    this.#onError = onError;
    this.epoch = epoch;
    this.turnedAt = clock();
    this.eventAt = this.turnedAt;
    this.#wheel = new TimerWheel(this.turnedAt);
    const { size } = layout.epollEvent;
    this.#events = new Uint8Array(size * EVENTS_MAX);
    this.#eventsView = new DataView(this.#events.buffer);
    this.#change = new Uint8Array(size);
    this.#changeView = new DataView(this.#change.buffer);
    this.#epoll = table.opened(system.epollCreate(EPOLL_CLOEXEC));
    if (this.#epoll < 0) throw systemError('epoll_create1', this.#epoll);
  }

  /** Whether something was put off to the next turn, which then must not wait. */
  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  now(): number {
    return this.#clock();
  }

  after(delayMs: number, fire: () => void): Cancellable {
    const now = this.#clock();
    const timer = this.#wheel.schedule(now, delayMs, fire);
    if (now + delayMs < this.#wakeAt) this.#wakeAt = now + delayMs;
    return timer;
  }

  /** Watches a descriptor; returns 0 or the error as a negative number. Forget it before it is closed. */
  watch(fd: number, events: number, watcher: Watcher): number {
    const token = (this.#token + 1) >>> 0;
    this.#token = token;
    const result = this.#control(EPOLL_CTL_ADD, fd, events, token);
    if (result < 0) return result;
    const slot = this.#slots[fd];
    if (slot === undefined) this.#slots[fd] = { token, watcher };
    else {
      slot.token = token;
      slot.watcher = watcher;
    }
    return result;
  }

  /** Other events from now on. */
  change(fd: number, events: number): void {
    const slot = this.#slots[fd];
    if (slot?.watcher) this.#control(EPOLL_CTL_MOD, fd, events, slot.token);
  }

  /** Somebody else watches from now on; the kernel is not asked. */
  handOver(fd: number, watcher: Watcher): void {
    const slot = this.#slots[fd];
    if (slot?.watcher) slot.watcher = watcher;
  }

  /** Nothing more is told of it. Closing a descriptor takes it out of epoll where nobody has duplicated it. */
  forget(fd: number): void {
    const slot = this.#slots[fd];
    if (slot !== undefined) slot.watcher = null;
  }

  /** As `forget`, for a descriptor that stays open. */
  unwatch(fd: number): void {
    this.forget(fd);
    this.#control(EPOLL_CTL_DEL, fd, 0, 0);
  }

  /** Runs it at the end of this turn, or in the next one where that has come already. */
  soon(runnable: Runnable): void {
    this.#next[this.#waiting++] = runnable;
  }

  /**
   * Waits for up to `waitMs` (less where a timer is due or something was put off), then tells what has happened. What is
   * put off meanwhile is run once before this returns; what that puts off waits for the next turn, so that whoever has
   * much to do cannot keep the others waiting.
   */
  turn(waitMs: number): void {
    if (this.#closed) return;
    const count = this.#system.epollWait(this.#epoll, this.#events, EVENTS_MAX, this.#timeout(waitMs));
    this.turnedAt = this.#clock();
    if (count < 0 && count !== -EINTR && count !== -EAGAIN) throw systemError('epoll_wait', count);
    if (count > 0) this.eventAt = this.turnedAt;
    if (count === 1) this.#dispatch(0);
    else if (count > 1) this.#dispatchByRank(count);
    if (this.turnedAt >= this.#wakeAt) this.#advance();
    this.settle();
  }

  /** Runs what was put off, once. */
  settle(): void {
    const due = this.#next;
    const count = this.#waiting;
    if (count === 0) return;
    this.#next = this.#running;
    this.#running = due;
    this.#waiting = 0;
    for (let index = 0; index < count; index++) {
      const runnable = due[index];
      due[index] = null;
      try {
        runnable?.run();
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  /** Nothing is told afterwards. Descriptors are their watchers' to close. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#table.close(this.#epoll);
  }

  #timeout(waitMs: number): number {
    if (this.#waiting > 0) return 0;
    if (this.#wakeAt === Number.POSITIVE_INFINITY) return waitMs;
    return Math.max(0, Math.min(waitMs, Math.ceil(this.#wakeAt - this.#clock())));
  }

  #dispatchByRank(count: number): void {
    let present = 0;
    for (let index = 0; index < count; index++) {
      const rank = this.#rankOf(index);
      this.#ranks[index] = rank;
      present |= 1 << rank;
    }
    for (let rank = 0; present >> rank > 0; rank++) {
      if (((present >> rank) & 1) === 0) continue;
      for (let index = 0; index < count; index++) if (this.#ranks[index] === rank) this.#dispatch(index);
    }
  }

  #rankOf(index: number): Rank {
    const { size, events, data } = this.#layout.epollEvent;
    const at = index * size;
    const rank = this.#slots[this.#eventsView.getInt32(at + data, true)]?.watcher?.rank ?? RANK.CONNECT;
    const isAtEnd = (this.#eventsView.getUint32(at + events, true) & ENDS) !== 0;
    return rank === RANK.DATA && isAtEnd ? RANK.ENDS : rank;
  }

  #dispatch(index: number): void {
    const { size, events, data } = this.#layout.epollEvent;
    const at = index * size;
    const fd = this.#eventsView.getInt32(at + data, true);
    const slot = this.#slots[fd];
    // A descriptor that was closed in this turn and opened again by somebody else has another token.
    if (slot?.token !== this.#eventsView.getUint32(at + data + 4, true)) return;
    try {
      slot.watcher?.ready(this.#eventsView.getUint32(at + events, true));
    } catch (error) {
      this.#onError(error);
    }
  }

  #advance(): void {
    this.#wakeAt = Number.POSITIVE_INFINITY;
    this.#wheel.advance(this.turnedAt, this.#onError);
    const due = this.#wheel.nextDue();
    if (due !== null && due < this.#wakeAt) this.#wakeAt = due;
  }

  #control(operation: number, fd: number, events: number, token: number): number {
    const { epollEvent } = this.#layout;
    this.#changeView.setUint32(epollEvent.events, events >>> 0, true);
    this.#changeView.setInt32(epollEvent.data, fd, true);
    this.#changeView.setUint32(epollEvent.data + 4, token, true);
    return this.#system.epollCtl(this.#epoll, operation, fd, this.#change);
  }
}

/** The events of a descriptor that is only read, reported for as long as there is something. */
export const READABLE = EPOLLIN;
