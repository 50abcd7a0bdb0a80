import { ByteQueue, copyOf } from './byte-queue.ts';
import type { Wire } from './link.ts';

/** Bytes of one packet, at most. */
export const PACKET_BYTES_MAX = 64 * 1024;

/** A packet waits until the window has opened by this share of the receive buffer (RFC 9293, 3.8.6.2.1). */
const WINDOW_STEP = 1 / 8;

/** Tells the two sockets at the ends of a pipe what has happened in it; called only by arrivals. */
export interface PipeEnds {
  /** At the receiver: bytes or FIN have come. Returns false where that socket is gone and answers with RST. */
  arrived(): boolean;
  /** At the sender: the receiver has got more. */
  acknowledged(): void;
  /** At the receiver: RST has come. */
  reset(): void;
}

/**
 * One direction of a connection: send buffer, wire, receive buffer. The receiver's buffer is the window: what does not
 * fit waits with the sender, which is how a peer that does not read pushes back. Acknowledgments and window updates take
 * no time.
 */
export class Pipe {
  readonly #wire: Wire;
  readonly #ends: PipeEnds;
  readonly #sendBufferBytes: number;
  readonly #receiveBufferBytes: number;
  readonly #unsent = new ByteQueue();
  readonly #received = new ByteQueue();
  #inFlight = 0;
  #sending: 'open' | 'finishing' | 'over' = 'open';
  #finArrived = false;
  #deaf = false;

  constructor(wire: Wire, ends: PipeEnds, sendBufferBytes: number, receiveBufferBytes: number) {
    this.#wire = wire;
    this.#ends = ends;
    this.#sendBufferBytes = sendBufferBytes;
    this.#receiveBufferBytes = receiveBufferBytes;
  }

  /** Bytes the sender has taken and the receiver's kernel has not. */
  get unacknowledged(): number {
    return this.#unsent.length + this.#inFlight;
  }

  /** Bytes that wait to be read. */
  get readable(): number {
    return this.#received.length;
  }

  /** Whether FIN has come; it is to be read after all bytes. */
  get finArrived(): boolean {
    return this.#finArrived;
  }

  /** Takes a copy of as much as the send buffer has room for; returns how much. */
  write(bytes: Uint8Array): number {
    if (this.#sending !== 'open') return 0;
    const taken = Math.max(0, Math.min(bytes.length, this.#sendBufferBytes - this.unacknowledged));
    if (taken === 0) return 0;
    this.#unsent.push(copyOf(bytes.subarray(0, taken)));
    this.#transmit();
    return taken;
  }

  /** FIN after what was written. */
  finish(): void {
    if (this.#sending !== 'open') return;
    this.#sending = 'finishing';
    this.#transmit();
  }

  /** RST, now: it follows what is under way and overtakes what is not; that is lost. */
  abort(): void {
    this.stop();
    this.#wire.send(() => this.#ends.reset());
  }

  /** Nothing more is sent. What is under way still arrives. */
  stop(): void {
    this.#sending = 'over';
    this.#unsent.clear();
  }

  /** The receiver is gone: what it had not read is lost, what comes is answered with RST. */
  deafen(): void {
    this.#deaf = true;
    this.#received.clear();
  }

  read(target: Uint8Array): number {
    const bytes = this.#received.read(target);
    if (bytes > 0) this.#transmit();
    return bytes;
  }

  #transmit(): void {
    const step = Math.floor(this.#receiveBufferBytes * WINDOW_STEP);
    for (;;) {
      const window = this.#receiveBufferBytes - this.#received.length - this.#inFlight;
      if (this.#unsent.length === 0 || window < Math.min(this.#unsent.length, Math.max(1, step))) break;
      const packet = this.#unsent.take(Math.min(window, PACKET_BYTES_MAX));
      this.#inFlight += packet.length;
      this.#wire.send(() => this.#arrive(packet));
    }
    if (this.#sending === 'finishing' && this.#unsent.length === 0) {
      this.#sending = 'over';
      this.#wire.send(() => this.#arriveFin());
    }
  }

  #arrive(packet: Uint8Array): void {
    this.#inFlight -= packet.length;
    if (!this.#deaf) this.#received.push(packet);
    if (this.#ends.arrived()) this.#ends.acknowledged();
  }

  #arriveFin(): void {
    this.#finArrived = true;
    this.#ends.arrived();
  }
}
