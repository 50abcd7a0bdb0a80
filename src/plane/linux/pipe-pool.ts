import type { Timers } from '../../core/ports.ts';
import { F_GETPIPE_SZ, F_SETPIPE_SZ, O_CLOEXEC, O_NONBLOCK } from './abi.ts';
import type { DescriptorTable } from './descriptor-table.ts';
import type { System } from './system.ts';

/** Pipes that were not needed for so long are closed. */
export const PIPES_IDLE_MS = 1_000;

/** After a pipe could not be made, so many moves go by copying before the next one is tried. */
const REFUSED_PAUSE = 1024;

export interface Pipe {
  readonly read: number;
  readonly write: number;
  /** Bytes it can take at most; fewer where they come in small pieces. */
  readonly size: number;
}

/** The pipes through which bytes are spliced. One is lent to a direction only while bytes are in it. */
export class PipePool {
  readonly #system: System;
  readonly #table: DescriptorTable;
  readonly #bytes: number;
  readonly #max: number;
  readonly #free: Pipe[] = [];
  readonly #ends = new Int32Array(2);
  #lent = 0;
  #pause = 0;
  /** Pipes that were free all the time since the last look. */
  #unused = 0;
  #isLooking = false;
  readonly #timers: Pick<Timers, 'after'>;

  /** Has `max` pipes at most, those that are free included, each asked to take `bytes`. */
  constructor(
    system: System,
    table: DescriptorTable,
    bytes: number,
    max: number,
    timers: Pick<Timers, 'after'>,
  ) {
    this.#system = system;
    this.#table = table;
    this.#bytes = bytes;
    this.#max = max;
    this.#timers = timers;
  }

  /** Pipes lent now. */
  get lent(): number {
    return this.#lent;
  }

  /** An empty pipe, or null where there is none to be had: then bytes are copied. */
  take(): Pipe | null {
    const pipe = this.#free.pop() ?? this.#make();
    if (pipe !== null) this.#lent++;
    this.#unused = Math.min(this.#unused, this.#free.length);
    return pipe;
  }

  /** Gives back an empty pipe. */
  release(pipe: Pipe): void {
    this.#lent--;
    this.#free.push(pipe);
    if (!this.#isLooking) this.#lookLater();
  }

  /** Gives back a pipe with bytes in it, which are lost. */
  discard(pipe: Pipe): void {
    this.#lent--;
    this.#close(pipe);
  }

  close(): void {
    for (const pipe of this.#free.splice(0)) this.#close(pipe);
  }

  #lookLater(): void {
    this.#isLooking = true;
    this.#unused = this.#free.length;
    this.#timers.after(PIPES_IDLE_MS, () => {
      for (const pipe of this.#free.splice(0, this.#unused)) this.#close(pipe);
      this.#isLooking = false;
      if (this.#free.length > 0) this.#lookLater();
    });
  }

  #make(): Pipe | null {
    if (this.#lent >= this.#max) return null;
    if (this.#pause > 0) {
      this.#pause--;
      return null;
    }
    const result = this.#system.pipe2(this.#ends, O_NONBLOCK | O_CLOEXEC);
    if (result < 0) return this.#refused();
    const [read, write] = [this.#table.opened(this.#ends[0]!), this.#table.opened(this.#ends[1]!)];
    if (read < 0 || write < 0) {
      for (const fd of [read, write]) if (fd >= 0) this.#table.close(fd);
      return this.#refused();
    }
    // Refused beyond pipe-user-pages-soft (pipe(7)); then it keeps the size it has.
    this.#system.fcntl(write, F_SETPIPE_SZ, this.#bytes);
    const size = this.#system.fcntl(write, F_GETPIPE_SZ, 0);
    return { read, write, size: size > 0 ? size : 4096 };
  }

  #refused(): null {
    this.#pause = REFUSED_PAUSE;
    return null;
  }

  #close(pipe: Pipe): void {
    this.#table.close(pipe.read);
    this.#table.close(pipe.write);
  }
}
