import type { Counters } from '../core/counters.ts';
import type { MirrorCount } from '../core/mirror.ts';
import type { Plan } from '../core/plan.ts';

/** Bytes held for all mirrors of a process, at most; each shard has an equal part of it. Beyond it every mirror counts as full. */
export const MIRROR_BYTES_MAX = 256 * 1024 * 1024;

/** A mirror that holds a descriptor, or a dial. */
export interface LiveMirror {
  /** Whether its connection has ended. */
  readonly isAlone: boolean;
  /** Ends it now. */
  cut(): void;
}

/** All mirrors of a shard, also those that outlive their connections for a while, and the bytes held for them. */
export class Mirrors {
  readonly #counters: Counters;
  readonly #live = new Set<LiveMirror>();
  readonly #emptied: () => void;
  #waiting = 0;

  /** `emptied` is told when the last one has gone. */
  constructor(counters: Counters, emptied: () => void) {
    this.#counters = counters;
    this.#emptied = emptied;
  }

  get size(): number {
    return this.#live.size;
  }

  /** Bytes that may be held besides those that are, under the workers of a plan. */
  room({ groups }: Plan): number {
    const shards = groups.reduce((sum, { count }) => sum + count, 0);
    return Math.max(0, Math.floor(MIRROR_BYTES_MAX / Math.max(1, shards)) - this.#waiting);
  }

  /** Bytes are held for a mirror of a listener, or, where `bytes` is negative, no longer. */
  hold(listener: number, bytes: number): void {
    this.#waiting += bytes;
    this.count(listener, 'waiting', bytes);
  }

  count(listener: number, what: MirrorCount, by: number): void {
    const { layout, cells } = this.#counters;
    cells[layout.mirrors(listener, what)]! += by;
  }

  add(mirror: LiveMirror, listener: number): void {
    this.#live.add(mirror);
    this.count(listener, 'open', 1);
  }

  remove(mirror: LiveMirror, listener: number): void {
    if (!this.#live.delete(mirror)) return;
    this.count(listener, 'open', -1);
    if (this.#live.size === 0) this.#emptied();
  }

  /** Ends those whose connections have ended. The others end with theirs. */
  cutAlone(): void {
    for (const mirror of [...this.#live]) if (mirror.isAlone) mirror.cut();
  }

  cutAll(): void {
    for (const mirror of [...this.#live]) mirror.cut();
  }
}
