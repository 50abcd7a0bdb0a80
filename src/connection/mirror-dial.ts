import type { Address } from '../core/address.ts';
import type { FailureKind } from '../core/circuits.ts';
import type { BackendPlan, PoolPlan } from '../core/plan.ts';
import type { Cancellable, Endpoint } from '../core/ports.ts';
import { race } from '../names/index.ts';
import { DESCRIPTORS_FOR_PLACES, hasDescriptors } from './accepting.ts';
import { setUpBackend } from './backend-setup.ts';
import type { Connection } from './connection.ts';
import { addressesOf, noteExhaustion, UNRESOLVED } from './dial-addresses.ts';
import { isIntroduced, optionsOf } from './dial-options.ts';
import { countsAs } from './dialing.ts';
import { keyOf } from './pick-key.ts';
import { UNWATCHED } from './unwatched.ts';

/** What becomes of it. One of the two is called, once, and none after `cancel`. */
export interface MirrorDialOwner {
  /** A backend of the mirror's pool is connected, told the PROXY header and agreed with on TLS, as its pool says. */
  ready(endpoint: Endpoint, row: number): void;
  failed(why: string): void;
  /** Runs what a plane has called for; what it throws ends the mirror. */
  guard(act: () => void): void;
}

/**
 * Reaches a backend of a mirror's pool: at most `retries` more after the first, each another one and at once, for a
 * mirror that is late has missed its turn. No deadline in here.
 */
export class MirrorDial implements Cancellable {
  readonly #connection: Connection;
  readonly #pool: PoolPlan;
  readonly #owner: MirrorDialOwner;
  readonly #tried: number[] = [];
  /** Row of the attempt under way, -1 where there is none. */
  #row = -1;
  #under: Cancellable | null = null;
  /** When that attempt began. */
  #from = 0;

  constructor(connection: Connection, pool: PoolPlan, owner: MirrorDialOwner) {
    this.#connection = connection;
    this.#pool = pool;
    this.#owner = owner;
  }

  /** Starts; `why` the attempt before has failed. */
  start(why = 'no backend is available'): void {
    const { plan, shard, original } = this.#connection;
    if (!hasDescriptors(this.#connection, DESCRIPTORS_FOR_PLACES)) {
      this.#owner.failed('no descriptors are left for it');
      return;
    }
    const row = shard.upstreams.pick(this.#pool.index, keyOf(this.#connection), this.#tried);
    if (row >= 0 && this.#tried.includes(row)) shard.upstreams.failed(row);
    if (row < 0 || this.#tried.includes(row)) {
      this.#owner.failed(why);
      return;
    }
    this.#row = row;
    this.#tried.push(row);
    const backend = plan.backends[row] as BackendPlan;
    const address = backend.original ? (original as Address) : backend.address;
    const { layout, cells } = shard.counters;
    this.#from = this.#connection.now();
    const { connect } = this.#pool;
    const options = optionsOf(this.#connection, connect, isIntroduced(connect));
    const addresses = addressesOf(this.#connection, backend, options);
    if (addresses.length === 0) {
      cells[layout.dials(row)]! += 1;
      this.#refused(UNRESOLVED.code, countsAs(UNRESOLVED.kind));
      return;
    }
    const attempt = race(shard.plane, addresses, options, connect.attemptDelayMs, {
      began: () => {
        cells[layout.dials(row)]! += 1;
      },
      lost: (failure) => {
        noteExhaustion(this.#connection, failure);
        cells[layout.dialFailures(row)]! += 1;
      },
      connected: (endpoint) => this.#owner.guard(() => this.#connected(endpoint, address)),
      failed: (failure) => {
        noteExhaustion(this.#connection, failure);
        this.#owner.guard(() => this.#refused(failure.code, countsAs(failure.kind)));
      },
    });
    this.#under = attempt;
  }

  cancel(): void {
    this.#under?.cancel();
    this.#giveBack();
  }

  #connected(endpoint: Endpoint, address: Address): void {
    endpoint.observe(UNWATCHED);
    const under = { cancel: () => endpoint.destroy() };
    this.#under = under;
    const setup = setUpBackend(
      this.#connection,
      address,
      this.#pool.connect,
      endpoint,
      {
        ready: (inside) => this.#reached(inside),
        failed: (code) => this.#refused(code, 'handshake'),
      },
      (act) => this.#owner.guard(act),
    );
    if (this.#under === under) this.#under = setup;
  }

  #reached(endpoint: Endpoint): void {
    const row = this.#row;
    this.#row = -1;
    this.#under = null;
    const { upstreams } = this.#connection.shard;
    upstreams.connected(row);
    upstreams.measured(row, this.#connection.now() - this.#from);
    this.#owner.ready(endpoint, row);
  }

  #refused(code: string, counts: FailureKind | null): void {
    const { counters, upstreams } = this.#connection.shard;
    counters.cells[counters.layout.dialFailures(this.#row)]! += 1;
    upstreams.penalised(this.#row);
    if (counts !== null) upstreams.failing(this.#row, counts);
    this.#giveBack();
    if (this.#tried.length > this.#pool.connect.retries) this.#owner.failed(code);
    else this.start(code);
  }

  #giveBack(): void {
    const row = this.#row;
    this.#row = -1;
    this.#under = null;
    if (row >= 0) this.#connection.shard.upstreams.failed(row);
  }
}
