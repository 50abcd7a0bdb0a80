import { type PortRange, SOURCE_PORT_TRIES_MAX } from './ports.ts';

/**
 * Hands out the ports of ranges by turns, so that one that was just used rests as long as can be. One for each plane; `start`,
 * from 0 up to and without 1, says where it begins in a range, so that planes that share one begin apart.
 */
export class SourcePorts {
  readonly #start: number;
  /** The port after the one handed out last, by range. */
  readonly #next = new Map<string, number>();

  constructor(start: number) {
    this.#start = start;
  }

  /** The ports of one dial, one after the other: each of the range once, `SOURCE_PORT_TRIES_MAX` at most. */
  take({ first, last }: PortRange): SourcePortTurn {
    const size = last - first + 1;
    const key = `${first}-${last}`;
    let left = Math.min(size, SOURCE_PORT_TRIES_MAX);
    return {
      next: () => {
        if (left-- <= 0) return null;
        const port = this.#next.get(key) ?? first + Math.floor(this.#start * size);
        this.#next.set(key, port === last ? first : port + 1);
        return port;
      },
    };
  }
}

export interface SourcePortTurn {
  /** null: all that may be tried were. */
  next(): number | null;
}
