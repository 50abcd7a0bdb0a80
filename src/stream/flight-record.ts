import type { ConnectionEncoder } from '../capture/index.ts';
import type { CloseReason } from '../core/close-reason.ts';
import type { Direction } from '../core/direction.ts';
import { ByteRing, type Reserve } from './byte-ring.ts';

/** Things of a connection that are remembered with their time: the oldest of more are forgotten, with their bytes. */
export const FLIGHT_EVENTS_MAX = 1024;

/** Bytes of one direction that come so shortly after others are remembered with their time. */
const JOIN_MS = 1;

type Event =
  | { readonly at: number; readonly direction: Direction; readonly what: 'bytes'; from: number; to: number }
  | { readonly at: number; readonly direction: Direction; readonly what: 'fin' }
  | {
      readonly at: number;
      readonly direction: Direction;
      readonly what: 'failed';
      readonly reason: CloseReason;
    };

/** The end of a connection's two directions, in the order in which it came. */
export class FlightRecord {
  readonly #rings: Readonly<Record<Direction, ByteRing>>;
  readonly #events: Event[] = [];

  constructor(bytesMax: number, reserve: Reserve) {
    this.#rings = { up: new ByteRing(bytesMax, reserve), down: new ByteRing(bytesMax, reserve) };
  }

  /** Memory of its rings. */
  get memoryBytes(): number {
    return this.#rings.up.memoryBytes + this.#rings.down.memoryBytes;
  }

  bytes(direction: Direction, bytes: Uint8Array, at: number): void {
    const ring = this.#rings[direction];
    const from = ring.total;
    ring.push(bytes);
    const last = this.#events.at(-1);
    if (last?.what === 'bytes' && last.direction === direction && at - last.at < JOIN_MS)
      last.to = ring.total;
    else this.#push({ at, direction, what: 'bytes', from, to: ring.total });
  }

  fin(direction: Direction, at: number): void {
    this.#push({ at, direction, what: 'fin' });
  }

  failed(direction: Direction, reason: CloseReason, at: number): void {
    this.#push({ at, direction, what: 'failed', reason });
  }

  /** The record as one piece of a file, up to the end. */
  write(encoder: ConnectionEncoder, reason: CloseReason, at: number): Uint8Array {
    const skipped = { up: this.#first('up'), down: this.#first('down') };
    const events = this.#events.filter(
      (event) => event.what !== 'bytes' || event.to > skipped[event.direction],
    );
    const parts = [encoder.opened(events[0]?.at ?? at, skipped)];
    for (const event of events) parts.push(this.#encode(encoder, event));
    parts.push(encoder.ended(reason, at));
    return Buffer.concat(parts);
  }

  #encode(encoder: ConnectionEncoder, event: Event): Uint8Array {
    const { direction, at } = event;
    switch (event.what) {
      case 'bytes':
        return encoder.data(direction, this.#rings[direction].read(event.from, event.to), at);
      case 'fin':
        return encoder.fin(direction, at);
      case 'failed':
        return encoder.failed(direction, event.reason, at);
    }
  }

  /** Where what is written of a direction begins: with the first byte of which both the ring and the events know. */
  #first(direction: Direction): number {
    const ring = this.#rings[direction];
    for (const event of this.#events)
      if (event.what === 'bytes' && event.direction === direction) return Math.max(ring.from, event.from);
    return ring.total;
  }

  #push(event: Event): void {
    this.#events.push(event);
    if (this.#events.length > FLIGHT_EVENTS_MAX) this.#events.shift();
  }
}
