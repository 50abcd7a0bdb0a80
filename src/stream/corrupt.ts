import { Observable } from 'rxjs';
import type { Chunk } from '../core/chunk.ts';
import { standsIn } from '../core/stage-plan.ts';
import { type ChaosOptions, chaos } from './chaos.ts';
import { failures, wholeBetween } from './distributions.ts';
import type { Stage } from './stage.ts';

/** Flips one bit in some of the bytes. Which ones does not depend on how they are cut into chunks. */
export function corrupt(options: ChaosOptions<'corrupt'>): Stage {
  return (source) =>
    new Observable<Chunk>((output) => {
      const flips = new Flips(options);
      return source.subscribe({
        next: (chunk) => output.next(flips.pass(chunk)),
        error: (reset: unknown) => output.error(reset),
        complete: () => output.complete(),
      });
    });
}

/** Bytes of TLS that somebody else terminates are left alone, unless the plan forces it. */
export const corruptFromPlan = chaos(
  'corrupt',
  corrupt,
  (plan, direction, env) => standsIn(plan.direction, direction) && (plan.force || !env.isTls),
);

class Flips {
  readonly #options: ChaosOptions<'corrupt'>;
  #rate: number;
  /** Bytes that pass before the next flip. */
  #gap: number;

  constructor(options: ChaosOptions<'corrupt'>) {
    this.#options = options;
    this.#rate = options.control.plan.rate;
    this.#gap = failures(this.#rate, options.dice);
  }

  /** The chunk, or a copy of it with bits flipped. */
  pass(chunk: Chunk): Chunk {
    const { control, dice } = this.#options;
    if (control.plan.rate !== this.#rate) {
      this.#rate = control.plan.rate;
      this.#gap = failures(this.#rate, dice);
    }
    const { length } = chunk.bytes;
    if (this.#gap >= length) {
      this.#gap -= length;
      return chunk;
    }
    const bytes = new Uint8Array(chunk.bytes);
    let at = this.#gap;
    for (; at < length; at += 1 + failures(this.#rate, dice)) bytes[at]! ^= 1 << wholeBetween(0, 7, dice);
    this.#gap = at - length;
    return { bytes, at: chunk.at, borrowed: false };
  }
}
