import type { ConnectRates } from '../core/pool-places.ts';
import type { SharedRegions } from '../core/regions.ts';

const NS_PER_MS = 1e6;
const NS_PER_SECOND = 1e9;

/** By how much the clocks of two shards may differ before a listener's debt is taken for that of an older, slower rate. */
const CLOCK_SKEW_NS = 10_000_000n;

/** A shard's hand on the connect rates that all shards share. `now` as for `createPlaces`. */
export function createConnectRates(
  { connectRates }: Pick<SharedRegions, 'connectRates'>,
  now: () => number,
): ConnectRates {
  return new AcceptRates(connectRates, now);
}

/**
 * How many connections a second each listener accepts (or each backend is given), over all shards: a bucket that holds one second's worth, at least
 * one, and fills at the rate. It is kept as a single time, when the rate will be paid off (GCRA), moved by
 * compare-and-exchange; so it is exact, and one shard's step is either taken or not.
 */
export class AcceptRates {
  readonly #paidOff: BigInt64Array;
  readonly #now: () => number;

  /** `now` in milliseconds, of the same clock in all shards. */
  constructor(rates: SharedArrayBuffer, now: () => number) {
    this.#paidOff = new BigInt64Array(rates);
    this.#now = now;
  }

  /** Takes one from a listener's bucket; `rate` is per second, above 0. False where there is none. */
  take(listener: number, rate: number): boolean {
    for (;;) {
      const seen = Atomics.load(this.#paidOff, listener);
      const now = this.#nowNs();
      const debt = debtNs(seen, now, rate);
      if (debt > burstNs(rate)) {
        this.#forgive(listener, seen, now + debt);
        return false;
      }
      const next = now + debt + intervalNs(rate);
      if (Atomics.compareExchange(this.#paidOff, listener, seen, next) === seen) return true;
    }
  }

  /** Milliseconds until there is one in the bucket; 0 = now. */
  waitMs(listener: number, rate: number): number {
    const seen = Atomics.load(this.#paidOff, listener);
    const now = this.#nowNs();
    const debt = debtNs(seen, now, rate);
    this.#forgive(listener, seen, now + debt);
    const wait = debt - burstNs(rate);
    return wait > 0n ? Number(wait) / NS_PER_MS : 0;
  }

  /** Brings down what an older, slower rate has left. */
  #forgive(listener: number, seen: bigint, paidOff: bigint): void {
    if (paidOff < seen) Atomics.compareExchange(this.#paidOff, listener, seen, paidOff);
  }

  #nowNs(): bigint {
    return BigInt(Math.round(this.#now() * NS_PER_MS));
  }
}

/**
 * How far ahead of time a listener is. `now` is read after `seen`, so that no more than an empty bucket's can be found,
 * however long the thread was put aside in between; more was left by an older rate, and counts as an empty bucket.
 */
function debtNs(seen: bigint, now: bigint, rate: number): bigint {
  const debt = seen - now;
  if (debt <= 0n) return 0n;
  const empty = burstNs(rate) + intervalNs(rate);
  return debt <= empty + CLOCK_SKEW_NS ? debt : empty;
}

/** From one to the next. Rounded up, so that the rate is never exceeded. */
function intervalNs(rate: number): bigint {
  return BigInt(Math.ceil(NS_PER_SECOND / rate));
}

/** How far ahead of time the last of a burst may be: one second's worth, without the one that is always let in. */
function burstNs(rate: number): bigint {
  return BigInt(Math.floor(Math.max(0, rate - 1) * Number(intervalNs(rate))));
}
