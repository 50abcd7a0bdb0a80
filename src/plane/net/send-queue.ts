import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { parseIp } from '../../core/cidr.ts';
import type { Cancellable } from '../../core/ports.ts';

/** The kernel's tables of TCP sockets; the column `tx_queue` is what SIOCOUTQ would tell: bytes sent or waiting, not acknowledged. */
const TABLES = ['/proc/self/net/tcp', '/proc/self/net/tcp6'];

/** Pause between looks, growing from the first to the last while nothing new waits. */
const LOOK_MS_MIN = 2;
const LOOK_MS_MAX = 50;

/**
 * The tables have a line for each socket of the machine, those in TIME_WAIT included: 60,000 of them take some 50 ms to read. For each
 * millisecond of a look so many pass before the next.
 */
const PAUSE_FOR_A_LOOK = 9;

/** Where there is no table, the RST is held back for this long instead. */
const BLIND_WAIT_MS = 50;

interface Waiter {
  left: number;
  readonly progress: () => void;
  readonly empty: () => void;
}

/** Whether this system shows its send queues. */
export const SEES_SEND_QUEUES = process.platform === 'linux';

/**
 * Waits until the peer has acknowledged all that was sent, because a RST makes the kernel throw away what it still
 * holds. One look at the tables serves all who wait. Where the tables cannot be read, waits a fixed short time.
 */
export class SendQueues {
  readonly #read: () => Promise<Map<string, number> | null>;
  readonly #waiters = new Map<string, Waiter>();
  #timer: NodeJS.Timeout | null = null;
  #looking = false;
  #pauseMs = LOOK_MS_MIN;
  /** Before this time, as of `performance.now()`, there is no other look. */
  #notBefore = 0;

  /** `read` gives the lengths of all queues that are not empty, by `local remote` in the tables' form; null = it cannot. */
  constructor(read: () => Promise<Map<string, number> | null> = readQueues) {
    this.#read = read;
  }

  /**
   * Calls `empty` once, in a later turn, when the queue of the socket between `local` and `remote` is empty or the
   * socket is gone; `progress` whenever it was seen to shrink before that.
   */
  wait(local: Endpoint4, remote: Endpoint4, progress: () => void, empty: () => void): Cancellable {
    const key = `${tableForm(local)} ${tableForm(remote)}`;
    const waiter: Waiter = { left: Number.POSITIVE_INFINITY, progress, empty };
    this.#waiters.set(key, waiter);
    this.#pauseMs = LOOK_MS_MIN;
    if (!this.#looking) this.#schedule(0);
    return {
      cancel: () => {
        if (this.#waiters.get(key) === waiter) this.#waiters.delete(key);
      },
    };
  }

  close(): void {
    this.#waiters.clear();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(delayMs: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const held = this.#notBefore - performance.now();
    this.#timer = setTimeout(() => void this.#look(), Math.max(delayMs, held));
  }

  async #look(): Promise<void> {
    this.#timer = null;
    this.#looking = true;
    const asked = [...this.#waiters];
    const began = performance.now();
    const queues = await this.#read();
    const now = performance.now();
    this.#notBefore = now + (now - began) * PAUSE_FOR_A_LOOK;
    this.#looking = false;
    if (queues === null) {
      setTimeout(() => this.#settleAll(asked), BLIND_WAIT_MS);
      return;
    }
    for (const [key, waiter] of asked) {
      if (this.#waiters.get(key) === waiter) this.#settle(key, waiter, queues.get(key) ?? 0);
    }
    if (this.#waiters.size > 0) {
      this.#schedule(this.#pauseMs);
      this.#pauseMs = Math.min(LOOK_MS_MAX, this.#pauseMs * 2);
    }
  }

  #settle(key: string, waiter: Waiter, left: number): void {
    if (left === 0) {
      this.#waiters.delete(key);
      waiter.empty();
    } else if (left < waiter.left) {
      const first = waiter.left === Number.POSITIVE_INFINITY;
      waiter.left = left;
      if (!first) waiter.progress();
    }
  }

  #settleAll(asked: readonly [string, Waiter][]): void {
    for (const [key, waiter] of asked) if (this.#waiters.get(key) === waiter) this.#settle(key, waiter, 0);
  }
}

/** One end of a TCP connection. */
export interface Endpoint4 {
  readonly host: string;
  readonly port: number;
}

/** Queue lengths by `local remote` in the tables' own hexadecimal form; null where the tables cannot be read. */
async function readQueues(): Promise<Map<string, number> | null> {
  if (!SEES_SEND_QUEUES) return null;
  const queues = new Map<string, number>();
  let read = 0;
  for (const table of TABLES) {
    try {
      parseTable(await readFile(table, 'latin1'), queues);
      read++;
    } catch {
      // A kernel without IPv6 has no tcp6; without both tables we are blind.
    }
  }
  return read === 0 ? null : queues;
}

/** Adds the non-empty queues of one table to `queues`. Format: proc(5), `/proc/net/tcp`. */
export function parseTable(text: string, queues: Map<string, number>): void {
  let start = text.indexOf('\n') + 1;
  while (start > 0 && start < text.length) {
    const key = text.indexOf(': ', start) + 2;
    const state = text.indexOf(' ', text.indexOf(' ', key) + 1);
    const queue = Number.parseInt(text.slice(state + 4, state + 12), 16);
    if (queue > 0) queues.set(text.slice(key, state), queue);
    start = text.indexOf('\n', start) + 1;
  }
}

/** An address as the tables print it: 32-bit words in the machine's order, then the port. */
export function tableForm(end: Endpoint4): string {
  const bytes = parseIp(end.host) ?? [0, 0, 0, 0];
  const words: string[] = [];
  for (let i = 0; i < bytes.length; i += 4) {
    const word = bytes.slice(i, i + 4);
    if (endianness() === 'LE') word.reverse();
    words.push(word.map((byte) => byte.toString(16).padStart(2, '0')).join(''));
  }
  return `${words.join('')}:${end.port.toString(16).padStart(4, '0')}`.toUpperCase();
}
