import { EMFILE, LINGER_RESET, SO_LINGER, SOL_SOCKET } from './abi.ts';
import type { System } from './system.ts';

/** Descriptors that can be noted: 0 to this less 1. The kernel's own highest limit is 2^20 (fs.nr_open). */
export const DESCRIPTORS_MAX = 1 << 20;

/** One bit a descriptor; memory that nobody touches costs nothing. */
export function allocateDescriptorTable(): SharedArrayBuffer {
  return new SharedArrayBuffer(DESCRIPTORS_MAX / 8);
}

/**
 * The descriptors that a plane has open, noted in memory that its thread shares with control: nobody else would close
 * them when the thread dies, and a listening socket that is left open goes on swallowing its share of new clients. A bit
 * is cleared before its descriptor is closed, since another thread may get the same number at once.
 */
export class DescriptorTable {
  readonly #system: System;
  readonly #words: Int32Array;

  constructor(system: System, memory: SharedArrayBuffer) {
    this.#system = system;
    this.#words = new Int32Array(memory);
  }

  /** Notes what a call returned; returns it, or -EMFILE where its number is too high to be noted: then it is closed. */
  opened(fd: number): number {
    if (fd < 0) return fd;
    if (fd >= DESCRIPTORS_MAX) {
      this.#system.close(fd);
      return -EMFILE;
    }
    Atomics.or(this.#words, fd >> 5, 1 << (fd & 31));
    return fd;
  }

  close(fd: number): void {
    Atomics.and(this.#words, fd >> 5, ~(1 << (fd & 31)));
    this.#system.close(fd);
  }

  /** How many are open. */
  get size(): number {
    let size = 0;
    this.#each(() => size++);
    return size;
  }

  /** Closes all that is left, sockets by RST. For control, once the thread is gone. Returns how many there were. */
  closeAll(): number {
    let closed = 0;
    this.#each((fd) => {
      this.#system.setsockopt(fd, SOL_SOCKET, SO_LINGER, LINGER_RESET);
      this.close(fd);
      closed++;
    });
    return closed;
  }

  #each(visit: (fd: number) => void): void {
    for (let index = 0; index < this.#words.length; index++) {
      const word = Atomics.load(this.#words, index);
      if (word === 0) continue;
      for (let bit = 0; bit < 32; bit++) if ((word & (1 << bit)) !== 0) visit(index * 32 + bit);
    }
  }
}
