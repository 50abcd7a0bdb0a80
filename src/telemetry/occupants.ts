import type { HrTime } from '@opentelemetry/api';
import { formatAddress } from '../core/address.ts';
import type { BackendPlan, ListenerPlan, Plan, PoolPlan } from '../core/plan.ts';
import { hrTime } from './hr-time.ts';
import type { Labels } from './labels.ts';

/**
 * The listener, backend or pool that has a slot of the plan: the same object in each plan in which it is the same one, another
 * object when the slot is reused. What is recorded of it is its own and ends with it.
 */
export interface Occupant {
  readonly slot: number;
  readonly labels: Labels;
  /** When it got the slot; its counters count from there. */
  readonly since: HrTime;
}

/** Those that have series, no two of them with the same labels. */
export interface Shown {
  readonly service: readonly Occupant[];
  readonly listeners: readonly Occupant[];
  readonly backends: readonly Occupant[];
  readonly pools: readonly Occupant[];
}

/** Who is in which slot, following the plan in force. What a plan says of them is worked out once for each plan. */
export class Occupants {
  /** The service as a whole; its counters count from the making of this. */
  readonly service: Occupant;
  readonly #plan: () => Plan;
  readonly #now: () => number;
  #followed: Plan | null = null;
  #listeners: readonly Named[] = [];
  #backends: readonly Named[] = [];
  #liveListeners: readonly Occupant[] = [];
  #retiredListeners: readonly Occupant[] = [];
  #liveBackends: readonly Occupant[] = [];
  #pools: readonly Named[] = [];
  #livePools: readonly Occupant[] = [];

  /** `now` in milliseconds since 1970. */
  constructor(plan: () => Plan, now: () => number) {
    this.#plan = plan;
    this.#now = now;
    this.service = { slot: 0, labels: {}, since: hrTime(now()) };
    this.follow();
  }

  /** Takes up the plan in force. To be called at each reload; a slot reused twice between two calls goes unnoticed. */
  follow(): void {
    const plan = this.#plan();
    if (plan === this.#followed) return;
    const since = this.#followed === null ? this.service.since : hrTime(this.#now());
    this.#followed = plan;
    this.#listeners = occupy(this.#listeners, plan.listeners.map(listenerName), since);
    this.#backends = occupy(
      this.#backends,
      plan.backends.map((backend) => backendName(plan, backend)),
      since,
    );
    this.#pools = occupy(this.#pools, plan.pools.map(poolName), since);
    this.#livePools = onceEach(this.#pools.filter(({ slot }) => plan.pools[slot]?.retired !== true));
    const live = this.#listeners.filter(({ slot }) => plan.listeners[slot]?.retired !== true);
    const names = new Set(live.map(keyOf));
    this.#liveListeners = onceEach(live);
    this.#retiredListeners = this.#listeners.filter((listener) => !names.has(keyOf(listener)));
    this.#liveBackends = onceEach(this.#backends.filter(({ slot }) => plan.backends[slot]?.retired !== true));
  }

  /** The listener in a slot; undefined where the plan in force has no such slot. */
  listener(slot: number): Occupant | undefined {
    this.follow();
    return this.#listeners[slot];
  }

  /** The backend in a slot (row); undefined as for `listener`. */
  backend(slot: number): Occupant | undefined {
    this.follow();
    return this.#backends[slot];
  }

  /** The pool in a slot; undefined as for `listener`. */
  pool(slot: number): Occupant | undefined {
    this.follow();
    return this.#pools[slot];
  }

  /** Those of the plan in force, and the retired listeners that are busy: that have connections still. */
  shown(isBusy: (listener: number) => boolean): Shown {
    this.follow();
    const busy = onceEach(this.#retiredListeners.filter(({ slot }) => isBusy(slot)));
    return {
      service: [this.service],
      listeners: [...this.#liveListeners, ...busy],
      backends: this.#liveBackends,
      pools: this.#livePools,
    };
  }
}

interface Name {
  /** By which one plan's listener or backend is known again in the next. */
  readonly identity: string;
  readonly labels: Labels;
}

type Named = Occupant & Name;

function listenerName({ name }: ListenerPlan): Name {
  return { identity: name, labels: { listener: name } };
}

function poolName({ name }: PoolPlan): Name {
  return { identity: name, labels: { pool: name } };
}

function backendName(plan: Plan, { pool, name, address }: BackendPlan): Name {
  const poolName = plan.pools[pool]?.name ?? '';
  return {
    identity: [poolName, name, formatAddress(address)].join('\0'),
    labels: { pool: poolName, backend: name },
  };
}

/** The occupants of slots that have these names: those of before where the name is theirs. */
function occupy(before: readonly Named[], names: readonly Name[], since: HrTime): Named[] {
  return names.map((name, slot) => {
    const occupant = before[slot];
    return occupant?.identity === name.identity ? occupant : { slot, since, ...name };
  });
}

/** The first of each that have the same labels. */
function onceEach<T extends Occupant>(occupants: readonly T[]): T[] {
  const seen = new Set<string>();
  return occupants.filter((occupant) => {
    const key = keyOf(occupant);
    return !seen.has(key) && seen.add(key);
  });
}

function keyOf({ labels }: Occupant): string {
  return Object.values(labels).join('\0');
}
