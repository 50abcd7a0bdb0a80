import { type Direction, DOWN, UP } from '../core/direction.ts';
import type { Connection } from './connection.ts';

/** Counts the bytes of one direction that its far socket has accepted: for the connection, its listener and its backend. */
export class AcceptedBytes {
  total = 0;
  readonly #cells: Float64Array;
  readonly #ofListener: number;
  readonly #ofBackend: number;

  constructor({ shard, listener, row }: Connection, direction: Direction) {
    const { layout, cells } = shard.counters;
    const index = direction === 'up' ? UP : DOWN;
    this.#cells = cells;
    this.#ofListener = layout.bytes(listener.index, index);
    this.#ofBackend = layout.backendBytes(row, index);
  }

  add(bytes: number): void {
    this.total += bytes;
    this.#cells[this.#ofListener]! += bytes;
    this.#cells[this.#ofBackend]! += bytes;
  }
}
