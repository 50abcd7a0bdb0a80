import type { MirrorDiff, MirrorLine } from '../core/mirror.ts';
import { formatBytes } from '../core/units.ts';
import { Held } from '../stream/index.ts';

export type Answerer = 'backend' | 'mirror';

/** What an answer that is ahead of the other may hold. */
export interface DiffRoom {
  /** Bytes, at most. */
  readonly bytesMax: number;
  /** Whether so many more may be held by all mirrors together. */
  hasRoom(bytes: number): boolean;
  /** Bytes are held, or, where negative, no longer. */
  hold(bytes: number): void;
}

/**
 * Compares the answers of a backend and of a mirror as they come in. Holds only what one has sent before the other, and
 * gives up where that is more than there is room for. Never throws.
 */
export class AnswerDiff {
  readonly #mode: MirrorDiff;
  readonly #room: DiffRoom;
  readonly #held = new Held();
  /** Whose bytes are held. */
  #ahead: Answerer = 'backend';
  readonly #lengths = { backend: 0, mirror: 0 };
  /** Bytes that both have sent and that are the same. */
  #same = 0;
  #isSettled = false;
  #hasBackendEnded = false;

  constructor(mode: MirrorDiff, room: DiffRoom) {
    this.#mode = mode;
    this.#room = room;
  }

  /** Nothing more is compared: a difference was found, or it was given up. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** One has answered more. Tells the difference, or why no more is compared, in words; null as long as there is neither. */
  add(from: Answerer, bytes: Uint8Array): DiffResult | null {
    if (this.#isSettled) return null;
    this.#lengths[from] += bytes.length;
    if (this.#mode === 'lengths') return null;
    const rest = this.#ahead === from ? bytes : this.#compare(from, bytes);
    if (typeof rest === 'string') return this.#settle({ kind: 'difference', message: rest });
    if (rest.length === 0) return null;
    this.#ahead = from;
    if (this.#held.bytes + rest.length > this.#room.bytesMax || !this.#room.hasRoom(rest.length)) {
      const message = `the ${from}'s answer is more than ${formatBytes(this.#held.bytes)} ahead: not compared from byte ${this.#same} on`;
      return this.#settle({ kind: 'given-up', message });
    }
    this.#room.hold(rest.length);
    this.#held.push({ bytes: rest, at: 0, borrowed: true });
    return null;
  }

  /** Where the backend's answer is written; `write` is to give it to `add`. */
  line(write: (bytes: Uint8Array) => void): MirrorLine {
    return { write, end: () => this.backendEnded(), leave: () => this.drop(), reset: () => {} };
  }

  /** The backend's answer is complete. */
  backendEnded(): void {
    this.#hasBackendEnded = true;
  }

  /** No more will come of either; `isWhole` tells that the mirror was given all that the backend was. */
  conclude(isWhole: boolean): DiffResult | null {
    if (this.#isSettled) return null;
    const { backend, mirror } = this.#lengths;
    if (!isWhole || !this.#hasBackendEnded || backend === mirror) {
      this.drop();
      return null;
    }
    const message =
      this.#mode === 'lengths'
        ? `${backend} bytes of the backend, ${mirror} of the mirror`
        : this.#oneEnded();
    return this.#settle({ kind: 'difference', message });
  }

  /** Lets go of what is held; nothing is compared any more. */
  drop(): void {
    this.#isSettled = true;
    this.#room.hold(-this.#held.drop());
  }

  /** One has said more than the other, and all before that is the same. */
  #oneEnded(): string {
    const next = this.#held.take(1)?.bytes[0] ?? 0;
    this.#room.hold(-1);
    const [backend, mirror] = this.#ahead === 'backend' ? [hex(next), 'the end'] : ['the end', hex(next)];
    return `at byte ${this.#same}: ${backend} of the backend, ${mirror} of the mirror`;
  }

  /** The part of `bytes` that the other has not sent yet, or the first difference in words. */
  #compare(from: Answerer, bytes: Uint8Array): Uint8Array | string {
    let rest = bytes;
    while (rest.length > 0) {
      const other = this.#held.take(rest.length)?.bytes;
      if (other === undefined) break;
      this.#room.hold(-other.length);
      const mine = rest.subarray(0, other.length);
      if (Buffer.compare(mine, other) !== 0) return this.#difference(from, mine, other);
      this.#same += other.length;
      rest = rest.subarray(other.length);
    }
    return rest;
  }

  #difference(from: Answerer, mine: Uint8Array, other: Uint8Array): string {
    const at = mine.findIndex((byte, index) => byte !== other[index]);
    const [backend, mirror] = from === 'backend' ? [mine[at], other[at]] : [other[at], mine[at]];
    return `at byte ${this.#same + at}: ${hex(backend ?? 0)} of the backend, ${hex(mirror ?? 0)} of the mirror`;
  }

  #settle(result: DiffResult): DiffResult {
    this.drop();
    return result;
  }
}

export interface DiffResult {
  readonly kind: 'difference' | 'given-up';
  readonly message: string;
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}
