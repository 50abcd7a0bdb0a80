import type { DialReason } from '../../machines/connection.ts';
import type { Address } from '../core/address.ts';
import type { FailureKind } from '../core/circuits.ts';
import type { ConnectPlan } from '../core/plan.ts';
import type { Cancellable, DialFailure, DialFailureKind, DialOptions, Endpoint } from '../core/ports.ts';
import { race } from '../names/index.ts';
import { setUpBackend } from './backend-setup.ts';
import { builtInBackend } from './built-in/index.ts';
import type { Connection } from './connection.ts';
import { addressesOf, noteExhaustion, UNRESOLVED } from './dial-addresses.ts';
import { plainHost } from './original.ts';
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
  /** Whether it had been made ahead, so that it tells nothing of how fast the backend is now. Absent = no. */
  readonly isMadeAhead?: boolean;
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
  const { shard, tried } = connection;
  connection.dial = { row, from: null, cancel: () => {} };
  const pause = tried.includes(row) ? Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** (tried.length - 1)) : 0;
  if (pause === 0) {
    connect(connection, row);
    return;
  }
  // What could not begin before the deadline is given up when that comes.
  connection.deadlines.after('deadline.connect', finite(timeLeft(connection)));
  const wait = shard.plane.timers.after(pause, () => connection.guard(() => connect(connection, row)));
  connection.dial = { row, from: null, cancel: () => wait.cancel() };
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

function connect(connection: Connection, row: number): void {
  const { plan } = connection;
  const { plane, counters } = connection.shard;
  const backend = plan.backends[row];
  const pool = plan.pools[connection.pool];
  if (backend === undefined || pool === undefined) throw new RangeError(`there is no backend ${row}`);
  const leftMs = Math.max(MOMENT_MS, timeLeft(connection));
  connection.deadlines.after('deadline.connect', Math.min(pool.connect.timeoutMs, leftMs));
  const from = connection.now();
  const options = optionsOf(connection, pool.connect);
  const addresses = addressesOf(connection, backend, options);
  connection.dial = { row, from, cancel: () => {} };
  if (addresses.length === 0) {
    counters.cells[counters.layout.dials(row)]! += 1;
    refused(connection, UNRESOLVED);
    return;
  }
  const address = backend.original ? (connection.original as Address) : backend.address;
  const ahead = pool.preconnect === null ? null : connection.shard.preconnects.take(plan, row);
  if (ahead !== null) {
    counters.cells[counters.layout.dials(row)]! += 1;
    connection.dial = { row, from, isMadeAhead: true, cancel: () => ahead.destroy() };
    connected(connection, ahead, address, pool.connect);
    return;
  }
  const attempt = race(plane, addresses, options, pool.connect.attemptDelayMs, {
    began: () => {
      counters.cells[counters.layout.dials(row)]! += 1;
    },
    lost: (failure, began) => lost(connection, row, failure, began),
    connected: (endpoint) => connection.guard(() => connected(connection, endpoint, address, pool.connect)),
    failed: (failure) => connection.guard(() => refused(connection, failure)),
  });
  connection.dial = { row, from, cancel: () => attempt.cancel() };
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

/** One address of several failed; another one is tried for the same attempt at the backend. */
function lost(connection: Connection, row: number, failure: DialFailure, began: number): void {
  const { counters, plane } = connection.shard;
  counters.cells[counters.layout.dialFailures(row)]! += 1;
  noteExhaustion(connection, failure);
  const from = plane.timers.epoch + began;
  connection.attempts.push({ backend: row, from, to: connection.now(), error: failure.code });
}

/** What to dial a backend with, for this connection's client. A client on a Unix socket has no address to come from. */
export function optionsOf(
  { plan, clientHost }: Connection,
  { source, sourcePorts }: ConnectPlan,
): DialOptions {
  const { socket } = plan;
  if (sourcePorts !== null) return { ...socket, source, sourcePorts };
  if (source === null) return socket;
  if (source !== 'client') return { ...socket, source };
  return clientHost === '' ? socket : { ...socket, source: plainHost(clientHost), transparent: true };
}

/** TCP stands: what comes before the client's bytes, if anything, then the end of dialing. */
function connected(connection: Connection, endpoint: Endpoint, address: Address, connect: ConnectPlan): void {
  const dialed = connection.dial as DialInProgress;
  const under = { ...dialed, cancel: () => endpoint.destroy() };
  connection.dial = under;
  endpoint.observe(UNWATCHED);
  if (connect.proxyOut === null && connect.tls === null) {
    reached(connection, under, endpoint);
    return;
  }
  if (connect.tls !== null) {
    const ms = Math.max(MOMENT_MS, Math.min(connect.tls.handshakeMs, timeLeft(connection)));
    connection.deadlines.after('deadline.connect', ms);
  }
  const setup = setUpBackend(connection, address, connect, endpoint, {
    ready: (inside, tls) => {
      connection.backendTls = tls;
      reached(connection, under, inside);
    },
    failed: (code) => {
      failed(connection, under, code, 'handshake');
      connection.send({ type: 'dial.failed', reason: 'backend-handshake', retry: true });
    },
  });
  if (connection.dial === under) connection.dial = { ...under, cancel: () => setup.cancel() };
}

function reached(connection: Connection, under: DialInProgress, endpoint: Endpoint): void {
  own(connection, endpoint);
  const { upstreams } = connection.shard;
  upstreams.connected(under.row);
  if (under.from !== null && under.isMadeAhead !== true)
    upstreams.measured(under.row, connection.now() - under.from);
  connection.dial = null;
  connection.row = under.row;
  tellAttempt(connection, under, '');
  connection.send({ type: 'dialed' });
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
