import { ECONNRESET } from '../../../src/plane/linux/abi.ts';
import type { Random } from '../../../src/plane/memory/random.ts';
import type { Pattern } from './fake-bytes.ts';
import type { FakeSocket } from './fake-socket.ts';

type Segment = { bytes: number } | 'urgent' | 'fin' | 'reset';

/** Bytes of a pattern that are made at once. */
const PIECE_BYTES_MAX = 32_768;

/** The other end of a fake's socket: it writes its pattern, and holds what it reads against the other one's. */
export class FakePeer {
  readonly socket: FakeSocket;
  readonly #writes: Pattern;
  readonly #reads: Pattern;
  readonly #inboxMax: number;
  readonly #outgoing: Segment[] = [];
  #inbox = 0;
  #sent = 0;
  /** Bytes it has written, sent or not. */
  written = 0;
  /** Bytes taken from the socket; their places in the pattern begin at `skips`. */
  received = 0;
  skips = 0;
  isReading = true;
  sawFin = false;
  sawReset = false;
  hasEnded = false;
  hasReset = false;
  hasVanished = false;
  /** The first byte that is not the one that belongs there. */
  problem: string | null = null;

  constructor(socket: FakeSocket, writes: Pattern, reads: Pattern, inboxMax: number) {
    this.socket = socket;
    this.#writes = writes;
    this.#reads = reads;
    this.#inboxMax = inboxMax;
  }

  write(bytes: number): void {
    if (this.hasEnded || this.hasReset) return;
    this.written += bytes;
    this.#outgoing.push({ bytes });
  }

  /** One urgent byte, which the other end does not get: it is not part of the stream. */
  urge(): void {
    if (this.hasEnded || this.hasReset || this.socket.isUrgent || this.#outgoing.includes('urgent')) return;
    this.#outgoing.push('urgent');
  }

  end(): void {
    if (this.hasEnded || this.hasReset) return;
    this.hasEnded = true;
    this.#outgoing.push('fin');
  }

  /** `isLast`: behind what was written; else now, and what is on its way is lost. */
  reset(isLast: boolean): void {
    if (this.hasReset) return;
    this.hasReset = true;
    if (!isLast) this.#outgoing.length = 0;
    this.#outgoing.push('reset');
  }

  resetArrives(): void {
    this.sawReset = true;
    this.#outgoing.length = 0;
  }

  /** Some of what is on its way arrives. */
  step(random: Random, most: number): void {
    if (this.hasVanished) return;
    if (this.isReading) this.#inbox -= Math.min(this.#inbox, random.int(0, most));
    this.#take(random.int(0, most));
    this.#deliver(random.int(0, most));
  }

  #take(most: number): void {
    const { send } = this.socket;
    const count = Math.min(most, send.size, this.#inboxMax - this.#inbox);
    if (count > 0 && !this.hasReset) {
      this.#check(send.take(count));
      this.#inbox += count;
      this.received += count;
      this.socket.acknowledged();
    }
    if (this.socket.finIsDue && !this.sawReset) {
      this.sawFin = true;
      this.socket.finAcknowledged();
    }
  }

  #deliver(most: number): void {
    let left = most;
    while (this.#outgoing.length > 0 && this.socket.state === 'open') {
      const next = this.#outgoing[0]!;
      if (next === 'reset') this.socket.breaks(ECONNRESET);
      else if (next === 'fin') this.socket.finArrives();
      else if (next === 'urgent') {
        if (this.socket.receive.free === 0) return;
        this.socket.urgentArrives();
        this.#outgoing.shift();
        continue;
      } else {
        const count = Math.min(next.bytes, left, this.socket.receive.free, PIECE_BYTES_MAX);
        if (count === 0) return;
        this.socket.bytesArrive(this.#writes.at(this.#sent, count));
        this.#sent += count;
        left -= count;
        next.bytes -= count;
        if (next.bytes > 0) continue;
      }
      this.#outgoing.shift();
    }
  }

  #check(bytes: Uint8Array): void {
    const place = this.skips + this.received;
    const expected = this.#reads.at(place, bytes.length);
    if (this.problem === null && Buffer.compare(bytes, expected) !== 0)
      this.problem = `other bytes than were sent, within ${bytes.length} from ${place} on`;
  }
}
