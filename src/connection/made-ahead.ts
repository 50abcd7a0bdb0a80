import type { Endpoint } from '../core/ports.ts';
import type { DiscardCause } from '../core/preconnect.ts';
import { UNWATCHED } from './unwatched.ts';

/** What a backend that speaks first may have sent and still be watched; of more, its end would be hidden behind the bytes. */
export const GREETING_BYTES_MAX = 4096;

/** Whose it is. Told once. */
export interface MadeAheadOwner {
  /** It cannot be used any more and is gone. */
  lost(made: MadeAhead, cause: DiscardCause): void;
}

/** A connection to a backend that no client has yet. It is watched by holding: not a byte of it is consumed. */
export class MadeAhead {
  readonly endpoint: Endpoint;
  /** Plane's time. */
  readonly at: number;
  /** How long it took to be made. */
  readonly tookMs: number;
  #isWatched = true;

  constructor(endpoint: Endpoint, at: number, tookMs: number, speaksFirst: boolean, owner: MadeAheadOwner) {
    this.endpoint = endpoint;
    this.at = at;
    this.tookMs = tookMs;
    const heldMax = speaksFirst ? GREETING_BYTES_MAX : 1;
    const lose = (cause: DiscardCause): void => {
      if (!this.#isWatched) return;
      this.drop();
      owner.lost(this, cause);
    };
    endpoint.observe({
      ...UNWATCHED,
      held: (held) => {
        if (held.length >= heldMax) lose('spoke');
      },
      fin: () => lose('ended'),
      reset: () => lose('ended'),
      closed: () => lose('ended'),
    });
    endpoint.peek(heldMax);
  }

  /** It is somebody's now, who observes it. What it holds comes first. */
  handOver(): Endpoint {
    this.#isWatched = false;
    return this.endpoint;
  }

  /** Ends it by RST, which leaves nothing behind at either side: no byte was exchanged that could be lost. */
  drop(): void {
    this.#isWatched = false;
    this.endpoint.observe(UNWATCHED);
    this.endpoint.destroy();
  }
}
