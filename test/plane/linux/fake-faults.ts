import type { Random } from '../../../src/plane/memory/random.ts';

export const EPERM = 1;
export const ENOENT = 2;
export const EBADF = 9;
export const EBUSY = 16;
export const ENOSPC = 28;
export const ENOPROTOOPT = 92;
export const EADDRNOTAVAIL = 99;
export const ETIMEDOUT = 110;
export const ECONNREFUSED = 111;

/** Chance of the fake's own failures. */
export class Faults {
  readonly random: Random;
  /** Of all calls that may fail, so many do; 0 = none. */
  share = 0;
  /** How often each was answered, by call and error. */
  readonly counts = new Map<string, number>();

  constructor(random: Random) {
    this.random = random;
  }

  /** One of the errors as a call returns it, or 0: none now. */
  pick(call: string, errors: readonly number[]): number {
    if (this.share === 0 || !this.random.chance(this.share)) return 0;
    const error = errors[this.random.int(0, errors.length - 1)]!;
    const name = `${call} ${error}`;
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    return -error;
  }

  /** `count`, or fewer now and then; 1 at least. */
  short(count: number): number {
    if (this.share === 0 || count < 2 || !this.random.chance(this.share)) return count;
    return this.random.int(1, count - 1);
  }
}
