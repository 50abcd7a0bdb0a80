import { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { CLOSE_REASON_NAMES, closeReasonIndex } from './close-reason.ts';
import {
  decodeAgent,
  decodeEjection,
  decodeHealth,
  decodePreconnect,
  encodeBackend,
} from './fact-codec-backend.ts';
import { decodeError, encodeError } from './fact-codec-error.ts';
import { decodeOpened, encodeOpened } from './fact-codec-opened.ts';
import { decodeTcp, encodeTcp } from './fact-codec-tcp.ts';
import { decodeTexts, encodeTexts } from './fact-codec-texts.ts';
import { decodeTls, encodeTls } from './fact-codec-tls.ts';
import { decodeTransition, encodeTransition } from './fact-codec-transition.ts';
import { type ClosedFact, type DialAttempt, type Fact, LIMIT_KINDS, type StateVisit } from './facts.ts';
import { PROTOCOLS, type Protocol } from './sniffed.ts';
import { STATES, stateIndex } from './state.ts';

/** Most bytes that a fact takes. */
export const FACT_BYTES_MAX = 16 * 1024;

/** Most bytes of an address, a name or a trace id; a longer one is cut. */
export const FACT_TEXT_BYTES_MAX = 1024;

/** Most bytes of the message of an error or of a stage; a longer one is cut. */
export const FACT_MESSAGE_BYTES_MAX = 8 * 1024;

/** What stands for a protocol that is named by a rule of the config. */
const PROTOCOL_BY_NAME = 255;

/** Most bytes of the error of an attempt or of an end; a longer one is cut. */
export const FACT_ERROR_BYTES_MAX = 128;

/** Most visits and attempts of a `closed` fact; of more, those in the middle are left out. */
export const FACT_VISITS_MAX = 128;
export const FACT_ATTEMPTS_MAX = 32;

const KINDS = [
  'opened',
  'entered',
  'closed',
  'limit',
  'health',
  'ejection',
  'preconnect',
  'error',
  'stage',
  'agent',
  'transition',
] as const satisfies readonly Fact['kind'][];

/**
 * Writes a fact at a position, at most up to `end`; returns how many bytes it took, or -1 where it does not fit, when
 * what is there is worthless. Numbers keep every bit, but that indexes (of listeners, pools, backends) are 32-bit integers.
 */
export function encodeFact(fact: Fact, into: ByteWriter, at: number, end: number): number {
  into.start(at, end);
  into.uint8(KINDS.indexOf(fact.kind));
  into.float64(fact.at);
  encodeBody(fact, into);
  return into.fits ? into.at - at : -1;
}

/** The fact that these bytes are, all of them. Throws a RangeError that says where they are damaged. */
export function decodeFact(bytes: Uint8Array): Fact {
  return decodeFactFrom(new ByteReader(bytes));
}

/** As `decodeFact`, of the part that a reader was started at. */
export function decodeFactFrom(from: ByteReader): Fact {
  const kind = from.oneOf(KINDS);
  const fact = decodeBody(kind, from.float64(), from);
  from.end();
  return fact;
}

function encodeBody(fact: Fact, into: ByteWriter): void {
  switch (fact.kind) {
    case 'opened':
      encodeOpened(fact, into, FACT_TEXT_BYTES_MAX);
      return;
    case 'entered':
      into.float64(fact.connection);
      into.int32(fact.listener);
      into.uint8(stateIndex(fact.state));
      return;
    case 'transition':
      encodeTransition(fact, into);
      return;
    case 'closed':
      encodeClosed(fact, into);
      return;
    case 'limit':
      into.int32(fact.listener);
      into.uint8(LIMIT_KINDS.indexOf(fact.limit));
      into.float64(fact.count);
      return;
    case 'health':
    case 'ejection':
    case 'agent':
    case 'preconnect':
      encodeBackend(fact, into);
      return;
    case 'error':
      encodeError(fact, into, FACT_TEXT_BYTES_MAX, FACT_MESSAGE_BYTES_MAX);
      return;
    case 'stage':
      into.float64(fact.connection);
      into.text(fact.traceId, FACT_TEXT_BYTES_MAX);
      into.text(fact.stage, FACT_TEXT_BYTES_MAX);
      into.text(fact.message, FACT_MESSAGE_BYTES_MAX);
      return;
  }
}

function decodeBody(kind: Fact['kind'], at: number, from: ByteReader): Fact {
  switch (kind) {
    case 'opened':
      return decodeOpened(at, from);
    case 'entered':
      return { kind, at, connection: from.float64(), listener: from.int32(), state: from.oneOf(STATES) };
    case 'transition':
      return decodeTransition(at, from);
    case 'closed':
      return decodeClosed(at, from);
    case 'limit':
      return { kind, at, listener: from.int32(), limit: from.oneOf(LIMIT_KINDS), count: from.float64() };
    case 'health':
      return decodeHealth(at, from);
    case 'ejection':
      return decodeEjection(at, from);
    case 'preconnect':
      return decodePreconnect(at, from);
    case 'agent':
      return decodeAgent(at, from);
    case 'error':
      return decodeError(at, from);
    case 'stage':
      return {
        kind,
        at,
        connection: from.float64(),
        traceId: from.text(),
        stage: from.text(),
        message: from.text(),
      };
  }
}

function encodeClosed(fact: ClosedFact, into: ByteWriter): void {
  into.float64(fact.connection);
  into.int32(fact.listener);
  into.text(fact.client, FACT_TEXT_BYTES_MAX);
  into.text(fact.local, FACT_TEXT_BYTES_MAX);
  into.text(fact.peer, FACT_TEXT_BYTES_MAX);
  encodeTexts(fact.header, into);
  into.float64(fact.opened);
  into.uint8(closeReasonIndex(fact.reason));
  into.uint8(fact.during === null ? 0 : stateIndex(fact.during) + 1);
  encodeProtocol(fact.protocol, into);
  into.text(fact.sni, FACT_TEXT_BYTES_MAX);
  encodeTls(fact.clientTls, into);
  encodeTls(fact.backendTls, into);
  into.text(fact.error, FACT_ERROR_BYTES_MAX);
  into.text(fact.refusal, FACT_TEXT_BYTES_MAX);
  into.text(fact.route, FACT_TEXT_BYTES_MAX);
  into.int32(fact.pool);
  into.int32(fact.backend);
  encodeAttempts(fact.attempts, into);
  into.float64(fact.queueMs);
  into.float64(fact.bytesUp);
  into.float64(fact.bytesDown);
  into.float64(fact.undeliveredUp);
  into.float64(fact.undeliveredDown);
  into.float64(fact.firstByteMs);
  into.float64(fact.pausedUpMs);
  into.float64(fact.pausedDownMs);
  encodeTcp(fact.clientTcp, into);
  encodeTcp(fact.backendTcp, into);
  encodeVisits(fact.visits, into);
  into.text(fact.traceId, FACT_TEXT_BYTES_MAX);
  into.text(fact.spanId, FACT_TEXT_BYTES_MAX);
  into.text(fact.parentSpanId, FACT_TEXT_BYTES_MAX);
  into.uint8(fact.sampled ? 1 : 0);
}

function decodeClosed(at: number, from: ByteReader): ClosedFact {
  return {
    kind: 'closed',
    at,
    connection: from.float64(),
    listener: from.int32(),
    client: from.text(),
    local: from.text(),
    peer: from.textOrNull(),
    header: decodeTexts(from),
    opened: from.float64(),
    reason: from.oneOf(CLOSE_REASON_NAMES),
    during: from.oneOfOrNull(STATES),
    protocol: decodeProtocol(from),
    sni: from.textOrNull(),
    clientTls: decodeTls(from),
    backendTls: decodeTls(from),
    error: from.textOrNull(),
    refusal: from.textOrNull(),
    route: from.textOrNull(),
    pool: from.int32(),
    backend: from.int32(),
    attempts: decodeAttempts(from),
    queueMs: from.float64(),
    bytesUp: from.float64(),
    bytesDown: from.float64(),
    undeliveredUp: from.float64(),
    undeliveredDown: from.float64(),
    firstByteMs: from.float64(),
    pausedUpMs: from.float64(),
    pausedDownMs: from.float64(),
    clientTcp: decodeTcp(from),
    backendTcp: decodeTcp(from),
    visits: decodeVisits(from),
    traceId: from.text(),
    spanId: from.textOrNull(),
    parentSpanId: from.textOrNull(),
    sampled: from.flag(),
  };
}

/** A known one as its place in the list, counted from 1; any other as its name behind PROTOCOL_BY_NAME. */
function encodeProtocol(protocol: Protocol | null, into: ByteWriter): void {
  const index = protocol === null ? -1 : (PROTOCOLS as readonly Protocol[]).indexOf(protocol);
  const isByName = protocol !== null && index < 0;
  into.uint8(isByName ? PROTOCOL_BY_NAME : index + 1);
  if (isByName) into.text(protocol, FACT_TEXT_BYTES_MAX);
}

function decodeProtocol(from: ByteReader): Protocol | null {
  const index = from.uint8();
  if (index === 0) return null;
  if (index === PROTOCOL_BY_NAME) return from.text();
  return PROTOCOLS[index - 1] ?? from.damaged(`${index} where a number up to ${PROTOCOLS.length} belongs`);
}

function encodeAttempts(attempts: readonly DialAttempt[], into: ByteWriter): void {
  const kept = Math.min(attempts.length, FACT_ATTEMPTS_MAX);
  into.uint8(kept);
  for (let i = 0; i < kept; i++) {
    const attempt = attempts[keptAt(i, attempts.length, FACT_ATTEMPTS_MAX)] as DialAttempt;
    into.int32(attempt.backend);
    into.float64(attempt.from);
    into.float64(attempt.to);
    into.text(attempt.error, FACT_ERROR_BYTES_MAX);
  }
}

function decodeAttempts(from: ByteReader): DialAttempt[] {
  const attempts: DialAttempt[] = [];
  for (let left = count(from, FACT_ATTEMPTS_MAX); left > 0; left--)
    attempts.push({ backend: from.int32(), from: from.float64(), to: from.float64(), error: from.text() });
  return attempts;
}

function encodeVisits(visits: readonly StateVisit[], into: ByteWriter): void {
  const kept = Math.min(visits.length, FACT_VISITS_MAX);
  into.uint8(kept);
  for (let i = 0; i < kept; i++) {
    const visit = visits[keptAt(i, visits.length, FACT_VISITS_MAX)] as StateVisit;
    into.uint8(stateIndex(visit.state));
    into.float64(visit.from);
    into.float64(visit.to);
  }
}

function decodeVisits(from: ByteReader): StateVisit[] {
  const visits: StateVisit[] = [];
  for (let left = count(from, FACT_VISITS_MAX); left > 0; left--)
    visits.push({ state: from.oneOf(STATES), from: from.float64(), to: from.float64() });
  return visits;
}

/** Position of the i-th that is kept of a list: its first half and its last, where it is longer than `max`. */
function keptAt(i: number, length: number, max: number): number {
  return length <= max || i < max / 2 ? i : length - max + i;
}

function count(from: ByteReader, max: number): number {
  const found = from.uint8();
  return found <= max ? found : from.damaged(`${found} entries, at most ${max} belong here`);
}
