import type { DialReason } from '../../machines/connection.ts';
import type { Address } from '../core/address.ts';
import type { FailureKind } from '../core/circuits.ts';
import type { ConnectPlan } from '../core/plan.ts';
import type { Cancellable, DialFailure, DialFailureKind, Endpoint } from '../core/ports.ts';
import { type RaceHandler, race } from '../names/index.ts';
import { setUpBackend } from './backend-setup.ts';
import { builtInBackend } from './built-in/index.ts';
import type { Connection } from './connection.ts';
import { addressesOf, noteExhaustion, UNRESOLVED } from './dial-addresses.ts';
import { optionsOf, speaksFirst } from './dial-options.ts';
import { pickBackend, waitOrFail } from './queueing.ts';
import { UNWATCHED } from './unwatched.ts';

/** Pause before a backend that has just failed is tried again, doubling with each failure. */
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 1000;

const NEVER_MS = Number.POSITIVE_INFINITY;
/** So much before the deadline of all attempts none is begun. */
const MOMENT_MS = 1;

/** A backend that was picked and is neither connected nor given back. */
export interface DialInProgress extends Cancellable {
  readonly row: number;
  /** When the attempt began; null while the pause before it lasts. */
  readonly from: number | null;
  /** Whether it had been made ahead, so that it tells nothing of how fast the backend is now. */
  readonly isMadeAhead: boolean;
}

/** Entry: picks a backend and connects; where all are full, waits for a place or ends, as the pool says. */
export function dial(connection: Connection): void {
  const builtIn = builtInBackend(connection);
  if (builtIn !== null) {
    own(connection, builtIn);
    connection.send({ type: 'dialed' });
    return;
  }
  if (connection.dialingSince !== null && timeLeft(connection) < MOMENT_MS) {
    connection.send({ type: 'dial.failed', reason: 'connect-timeout', retry: false });
    return;
  }
  const row = pickBackend(connection);
  if (row < 0) waitOrFail(connection, row);
  else dialRow(connection, row);
}

/** A place was got by waiting. */
export function dialPlaced(connection: Connection): void {
  dialRow(connection, (connection.dial as DialInProgress).row);
}

/** Connects to a backend that was picked; waits first where it is one that has just failed. */
function dialRow(connection: Connection, row: number): void {
  const { tried } = connection;
  const attempt = new Attempt(connection, row);
  connection.dial = attempt;
  if (tried.includes(row)) attempt.afterPause(Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** (tried.length - 1)));
  else attempt.begin();
}

/** Exit: what is still under way is given up. */
export function stopDialing(connection: Connection, event: { readonly type: string }): void {
  connection.deadlines.cancel('deadline.connect');
  const under = connection.dial;
  if (under === null) return;
  under.cancel();
  if (under.from === null) giveBack(connection, under);
  else if (event.type === 'deadline.connect') failed(connection, under, 'timeout', 'timeout');
  else failed(connection, under, 'cancelled', null);
}

/** One attempt at a backend, from its being picked until the backend is connected or given back. */
class Attempt implements DialInProgress, RaceHandler {
  readonly row: number;
  from: number | null = null;
  isMadeAhead = false;
  readonly #connection: Connection;
  #connect: ConnectPlan | null = null;
  #address: Address | null = null;
  /** What is under way for it: a pause, a race, or what comes before the client's bytes. */
  #under: Cancellable | null = null;
  /** Connected, and not yet the connection's. */
  #endpoint: Endpoint | null = null;

  constructor(connection: Connection, row: number) {
    this.#connection = connection;
    this.row = row;
  }

  cancel(): void {
    if (this.#under !== null) this.#under.cancel();
    else this.#endpoint?.destroy();
  }

  afterPause(ms: number): void {
    const connection = this.#connection;
    // What could not begin before the deadline is given up when that comes.
    connection.deadlines.after('deadline.connect', finite(timeLeft(connection)));
    this.#under = connection.shard.plane.timers.after(ms, () => connection.guard(() => this.begin()));
  }

  begin(): void {
    const connection = this.#connection;
    const { plan, shard } = connection;
    const backend = plan.backends[this.row];
    const pool = plan.pools[connection.pool];
    if (backend === undefined || pool === undefined) throw new RangeError(`there is no backend ${this.row}`);
    const { connect } = pool;
    const leftMs = Math.max(MOMENT_MS, timeLeft(connection));
    connection.deadlines.after('deadline.connect', Math.min(connect.timeoutMs, leftMs));
    this.#under = null;
    this.from = connection.now();
    const options = optionsOf(connection, connect, speaksFirst(connection, connect));
    const addresses = addressesOf(connection, backend, options);
    if (addresses.length === 0) {
      this.began();
      refused(connection, UNRESOLVED);
      return;
    }
    this.#connect = connect;
    this.#address = backend.original ? (connection.original as Address) : backend.address;
    const ahead = pool.preconnect === null ? null : shard.preconnects.take(plan, this.row);
    if (ahead !== null) {
      this.began();
      this.isMadeAhead = true;
      this.#connected(ahead);
      return;
    }
    this.#under = race(shard.plane, addresses, options, connect.attemptDelayMs, this);
  }

  began(): void {
    const { counters } = this.#connection.shard;
    counters.cells[counters.layout.dials(this.row)]! += 1;
  }

  /** One address of several failed; another one is tried for the same attempt at the backend. */
  lost(failure: DialFailure, began: number): void {
    const connection = this.#connection;
    const { counters, plane } = connection.shard;
    counters.cells[counters.layout.dialFailures(this.row)]! += 1;
    noteExhaustion(connection, failure);
    const from = plane.timers.epoch + began;
    connection.attempts.push({ backend: this.row, from, to: connection.now(), error: failure.code });
  }

  connected(endpoint: Endpoint): void {
    try {
      this.#connected(endpoint);
    } catch (error) {
      this.#connection.defect(error);
    }
  }

  failed(failure: DialFailure): void {
    try {
      refused(this.#connection, failure);
    } catch (error) {
      this.#connection.defect(error);
    }
  }

  /** TCP stands: what comes before the client's bytes, if anything, then the end of dialing. */
  #connected(endpoint: Endpoint): void {
    const connection = this.#connection;
    const { proxyOut, tls } = this.#connect as ConnectPlan;
    this.#under = null;
    this.#endpoint = endpoint;
    endpoint.observe(UNWATCHED);
    if (proxyOut === null && tls === null) {
      reached(connection, this, endpoint);
      return;
    }
    if (tls !== null) {
      const ms = Math.max(MOMENT_MS, Math.min(tls.handshakeMs, timeLeft(connection)));
      connection.deadlines.after('deadline.connect', ms);
    }
    const setup = setUpBackend(connection, this.#address as Address, this.#connect as ConnectPlan, endpoint, {
      ready: (inside, facts) => {
        connection.backendTls = facts;
        reached(connection, this, inside);
      },
      failed: (code) => {
        failed(connection, this, code, 'handshake');
        connection.send({ type: 'dial.failed', reason: 'backend-handshake', retry: true });
      },
    });
    if (connection.dial === this) this.#under = setup;
  }
}

function reached(connection: Connection, under: DialInProgress, endpoint: Endpoint): void {
  own(connection, endpoint);
  const { upstreams } = connection.shard;
  upstreams.connected(under.row);
  if (under.from !== null && !under.isMadeAhead) upstreams.measured(under.row, connection.now() - under.from);
  connection.dial = null;
  connection.row = under.row;
  tellAttempt(connection, under, '');
  connection.send({ type: 'dialed' });
}

/** Milliseconds until all attempts of the connection together must have succeeded; Infinity = there is no such deadline. */
function timeLeft(connection: Connection): number {
  const { deadlineMs = 0 } = connection.plan.pools[connection.pool]?.connect ?? {};
  if (deadlineMs === 0) return NEVER_MS;
  const now = connection.shard.plane.timers.now();
  connection.dialingSince ??= now;
  return connection.dialingSince + deadlineMs - now;
}

/** For a deadline, to which 0 is never. */
function finite(ms: number): number {
  return ms === NEVER_MS ? 0 : ms;
}

function own(connection: Connection, endpoint: Endpoint): void {
  connection.backend = endpoint;
  connection.openEndpoints++;
  endpoint.observe(UNWATCHED);
}

function refused(connection: Connection, failure: DialFailure): void {
  noteExhaustion(connection, failure);
  const { counts, reason, retry } = VERDICTS[failure.kind];
  failed(connection, connection.dial as DialInProgress, failure.code, counts);
  connection.send({ type: 'dial.failed', reason, retry });
}

interface Verdict {
  readonly reason: DialReason;
  readonly retry: boolean;
  /** As what it counts against the backend; null where this machine is to blame. */
  readonly counts: FailureKind | null;
}

/** Out of descriptors is this machine's trouble: another backend would not help. */
const VERDICTS: Readonly<Record<DialFailureKind, Verdict>> = {
  refused: { reason: 'connect-refused', retry: true, counts: 'refused' },
  unreachable: { reason: 'connect-failed', retry: true, counts: 'unreachable' },
  name: { reason: 'connect-failed', retry: true, counts: 'unreachable' },
  other: { reason: 'connect-failed', retry: true, counts: 'unreachable' },
  'out-of-ports': { reason: 'out-of-ports', retry: true, counts: null },
  'out-of-descriptors': { reason: 'out-of-descriptors', retry: false, counts: null },
};

/** As what a failed dial counts against its backend; null where this machine is to blame. */
export function countsAs(kind: DialFailureKind): FailureKind | null {
  return VERDICTS[kind].counts;
}

function failed(
  connection: Connection,
  under: DialInProgress,
  error: string,
  counts: FailureKind | null,
): void {
  const { counters } = connection.shard;
  connection.tried.push(under.row);
  tellAttempt(connection, under, error);
  if (error !== 'cancelled') {
    counters.cells[counters.layout.dialFailures(under.row)]! += 1;
    connection.shard.upstreams.penalised(under.row);
    if (counts !== null) connection.shard.upstreams.failing(under.row, counts);
  }
  giveBack(connection, under);
}

function giveBack(connection: Connection, under: DialInProgress): void {
  connection.dial = null;
  connection.shard.upstreams.failed(under.row);
}

function tellAttempt(connection: Connection, { row, from }: DialInProgress, error: string): void {
  const to = connection.now();
  connection.attempts.push({ backend: row, from: from ?? to, to, error });
}
