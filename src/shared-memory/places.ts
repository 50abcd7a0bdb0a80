import type { Admission } from '../core/admission.ts';
import type { LimitKind } from '../core/facts.ts';
import { listenerRow, PlacesLayout, PROCESS_ROW, queueRow } from '../core/places-layout.ts';
import type { ListenerLimits, Plan } from '../core/plan.ts';
import type { SharedRegions } from '../core/regions.ts';
import { Tally } from '../core/tally.ts';
import { AcceptRates } from './accept-rates.ts';
import { reapBuckets } from './buckets.ts';
import { Clients, reapClients } from './clients.ts';

/**
 * A shard's hand on the places that all shards share. Connections that began under a plan without a limit on their client
 * do not count towards one that a later plan has.
 *
 * `now` is in milliseconds and of the same clock in all shards: `performance.now()` of a worker is not.
 */
export function createPlaces(regions: SharedRegions, shard: number, now: () => number): Admission {
  return new Places(regions, shard, now);
}

/**
 * Gives back all that a dead shard held; call it when its thread has ended and before another gets its number. False where
 * it died while taking or giving and no quiet moment was found: until `repairPlaces` succeeds a limit may be one short.
 */
export function reapPlaces(regions: SharedRegions, shard: number): boolean {
  reapClients(regions, shard);
  reapBuckets(regions, shard);
  return openTally(regions).tally.reap(shard);
}

/** What is left to do after `reapPlaces` was false. False: call it again later. */
export function repairPlaces(regions: SharedRegions): boolean {
  return openTally(regions).tally.repair();
}

class Places implements Admission {
  readonly #shard: number;
  readonly #cells: Int32Array;
  readonly #layout: PlacesLayout;
  readonly #tally: Tally;
  readonly #clients: Clients;
  readonly #rates: AcceptRates;

  constructor(regions: SharedRegions, shard: number, now: () => number) {
    const { cells, layout, tally } = openTally(regions);
    this.#shard = shard;
    this.#cells = cells;
    this.#layout = layout;
    this.#tally = tally;
    this.#clients = new Clients(regions, shard);
    this.#rates = new AcceptRates(regions.rates, now);
  }

  get reserved(): number {
    return this.#tally.held(PROCESS_ROW, this.#shard);
  }

  /**
   * Looks before it takes, so that those who are refused do not stand in each other's way. What is shared with the fewest
   * is taken first; whatever fails, what was taken is given back.
   */
  reserve(plan: Plan, listener: number, client: string): LimitKind | null {
    const limits = limitsOf(plan, listener);
    const { connectionsPerIp } = limits;
    const processMax = plan.limits.connections.value;
    if (isFull(this.#tally.total(PROCESS_ROW), processMax)) return this.#refuseProcess();
    if (isFull(this.#tally.total(listenerRow(listener)), limits.connections)) return 'connections';
    if (connectionsPerIp === 0) return this.#take(listener, limits, processMax);
    const cell = this.#clients.take(listener, client, connectionsPerIp);
    if (cell < 0) return 'connections_per_ip';
    const refused = this.#take(listener, limits, processMax);
    if (refused !== null) this.#clients.give(cell);
    return refused;
  }

  release(plan: Plan, listener: number, client: string): void {
    const { connectionsPerIp } = limitsOf(plan, listener);
    const row = listenerRow(listener);
    const held = this.#tally.held(row, this.#shard);
    const cell = connectionsPerIp === 0 ? -1 : this.#clients.find(listener, client);
    if (held <= 0 || (connectionsPerIp > 0 && cell < 0))
      throw new RangeError(`shard ${this.#shard} has no such place of listener ${listener} to give back`);
    if (cell >= 0) this.#clients.give(cell);
    this.#tally.give(row, this.#shard);
    this.#tally.give(PROCESS_ROW, this.#shard);
  }

  rateWaitMs(plan: Plan, listener: number): number {
    const { acceptRate } = limitsOf(plan, listener);
    return acceptRate === 0 ? 0 : this.#rates.waitMs(listener, acceptRate);
  }

  enterQueue(plan: Plan, listener: number): boolean {
    const { waitingMax } = limitsOf(plan, listener);
    return waitingMax > 0 && this.#tally.take(queueRow(listener), this.#shard, waitingMax);
  }

  leaveQueue(listener: number): void {
    this.#tally.give(queueRow(listener), this.#shard);
  }

  #take(listener: number, limits: ListenerLimits, processMax: number): LimitKind | null {
    const { acceptRate, connections } = limits;
    const row = listenerRow(listener);
    if (acceptRate > 0 && this.#rates.waitMs(listener, acceptRate) > 0) return 'accept_rate';
    if (!this.#tally.take(PROCESS_ROW, this.#shard, processMax)) return this.#refuseProcess();
    if (!this.#tally.take(row, this.#shard, connections)) {
      this.#tally.give(PROCESS_ROW, this.#shard);
      return 'connections';
    }
    if (acceptRate === 0 || this.#rates.take(listener, acceptRate)) return null;
    this.#tally.give(row, this.#shard);
    this.#tally.give(PROCESS_ROW, this.#shard);
    return 'accept_rate';
  }

  /** Leaves word for `Turns.freed` that a place of any listener is wanted. */
  #refuseProcess(): LimitKind {
    Atomics.store(this.#cells, this.#layout.processRefused, 1);
    return 'process';
  }
}

function openTally(regions: SharedRegions) {
  const layout = new PlacesLayout(regions.shards);
  const cells = new Int32Array(regions.places);
  return {
    layout,
    cells,
    tally: new Tally(cells.subarray(0, layout.tallyLength), layout.rows, regions.shards),
  };
}

function limitsOf(plan: Plan, listener: number): ListenerLimits {
  const found = plan.listeners[listener];
  if (found === undefined)
    throw new RangeError(`the plan has no listener ${listener}, it has ${plan.listeners.length}`);
  return found.limits;
}

/** 0 = no limit. */
function isFull(total: number, max: number): boolean {
  return max > 0 && total >= max;
}
