import type { LimitKind } from '../core/facts.ts';
import type { Plan } from '../core/plan.ts';

/**
 * Keeps the limits on connections: in all, per listener, per client address, and the accept rate. A place is reserved
 * when a connection is admitted and given back once, when it has ended; nothing is ever reserved beyond a limit.
 */
export interface Admission {
  /** Takes a place, or tells which limit stands in the way and takes nothing. */
  reserve(listener: number, client: string): LimitKind | null;
  release(listener: number, client: string): void;
  /** Milliseconds until the listener's accept rate lets one more in; 0 = now. */
  rateWaitMs(listener: number): number;
  /** Connections that hold a place. */
  readonly reserved: number;
}

interface ListenerPlaces {
  used: number;
  readonly byClient: Map<string, number>;
  tokens: number;
  refilled: number;
}

/** `now` in milliseconds, monotonic. */
export function createAdmission(plan: Plan, now: () => number): Admission {
  return new LocalAdmission(plan, now);
}

class LocalAdmission implements Admission {
  readonly #plan: Plan;
  readonly #now: () => number;
  readonly #places: ListenerPlaces[];
  #reserved = 0;

  constructor(plan: Plan, now: () => number) {
    this.#plan = plan;
    this.#now = now;
    this.#places = plan.listeners.map((listener) => ({
      used: 0,
      byClient: new Map(),
      tokens: burst(listener.limits.acceptRate),
      refilled: now(),
    }));
  }

  get reserved(): number {
    return this.#reserved;
  }

  reserve(listener: number, client: string): LimitKind | null {
    const places = this.#places[listener] as ListenerPlaces;
    const limits = this.#plan.listeners[listener]?.limits;
    if (limits === undefined) throw new RangeError(`there is no listener ${listener}`);
    const ofClient = places.byClient.get(client) ?? 0;
    if (this.#reserved >= this.#plan.limits.connections.value) return 'process';
    if (limits.connections > 0 && places.used >= limits.connections) return 'connections';
    if (limits.connectionsPerIp > 0 && ofClient >= limits.connectionsPerIp) return 'connections_per_ip';
    if (limits.acceptRate > 0) {
      this.#refill(places, limits.acceptRate);
      if (places.tokens < 1) return 'accept_rate';
      places.tokens -= 1;
    }
    this.#reserved++;
    places.used++;
    if (limits.connectionsPerIp > 0) places.byClient.set(client, ofClient + 1);
    return null;
  }

  release(listener: number, client: string): void {
    const places = this.#places[listener] as ListenerPlaces;
    if (places.used === 0) throw new Error(`a place of listener ${listener} was given back twice`);
    this.#reserved--;
    places.used--;
    const ofClient = places.byClient.get(client);
    if (ofClient === undefined) return;
    if (ofClient > 1) places.byClient.set(client, ofClient - 1);
    else places.byClient.delete(client);
  }

  rateWaitMs(listener: number): number {
    const rate = this.#plan.listeners[listener]?.limits.acceptRate ?? 0;
    if (rate === 0) return 0;
    const places = this.#places[listener] as ListenerPlaces;
    this.#refill(places, rate);
    return places.tokens >= 1 ? 0 : ((1 - places.tokens) * 1000) / rate;
  }

  #refill(places: ListenerPlaces, rate: number): void {
    const now = this.#now();
    places.tokens = Math.min(burst(rate), places.tokens + ((now - places.refilled) * rate) / 1000);
    places.refilled = now;
  }
}

/** One second's worth, at least one connection. */
function burst(rate: number): number {
  return Math.max(1, rate);
}
