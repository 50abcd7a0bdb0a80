import type { VirtualClock } from './clock.ts';
import type { Random } from './random.ts';

/** How the network between two sockets behaves. */
export interface LinkSettings {
  /** Time a packet needs from the one who dialed to the one who listens. */
  readonly latencyToServerMs: number;
  /** Time a packet needs back. */
  readonly latencyToClientMs: number;
  /** Up to this much more for each packet, by chance; packets of a direction never overtake each other. */
  readonly jitterMs: number;
  /** Bytes a socket takes from its owner that its peer has not got yet, at most. */
  readonly sendBufferBytes: number;
  /** Bytes that have arrived at a socket, or are on the way to it, and were not read, at most. */
  readonly receiveBufferBytes: number;
}

/** A quick network with the buffers of a real kernel. */
export const LINK_DEFAULTS: LinkSettings = {
  latencyToServerMs: 0.05,
  latencyToClientMs: 0.05,
  jitterMs: 0,
  sendBufferBytes: 128 * 1024,
  receiveBufferBytes: 128 * 1024,
};

/** One direction of the wire: what is sent arrives later, in order, or never once the wire is cut. */
export class Wire {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #latencyMs: number;
  readonly #jitterMs: number;
  #lastArrival = 0;
  #cut = false;

  constructor(clock: VirtualClock, random: Random, latencyMs: number, jitterMs: number) {
    this.#clock = clock;
    this.#random = random;
    this.#latencyMs = latencyMs;
    this.#jitterMs = jitterMs;
  }

  send(arrive: () => void): void {
    if (this.#cut) return;
    const jitter = this.#jitterMs > 0 ? this.#random.next() * this.#jitterMs : 0;
    const arrival = Math.max(this.#lastArrival, this.#clock.now() + this.#latencyMs + jitter);
    this.#lastArrival = arrival;
    this.#clock.at(arrival, () => {
      if (!this.#cut) arrive();
    });
  }

  /** From here on nothing arrives, what is under way included. */
  cut(): void {
    this.#cut = true;
  }
}
