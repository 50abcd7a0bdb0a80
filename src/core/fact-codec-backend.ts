import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import {
  type AgentFact,
  EJECTION_CHANGES,
  type EjectionFact,
  type HealthFact,
  type PreconnectFact,
} from './facts.ts';

/** Most bytes of the cause of a change of a backend's health; a longer one is cut. */
export const FACT_CAUSE_BYTES_MAX = 8 * 1024;

/** Most bytes of what an agent wants; a longer text is cut. */
const FACT_SAID_BYTES_MAX = 1024;

/** What is told of a backend. */
export function encodeBackend(
  fact: HealthFact | EjectionFact | AgentFact | PreconnectFact,
  into: ByteWriter,
): void {
  if (fact.kind === 'preconnect') {
    encodePreconnect(fact, into);
    return;
  }
  into.int32(fact.pool);
  into.int32(fact.backend);
  if (fact.kind === 'agent') {
    into.text(fact.said, FACT_SAID_BYTES_MAX);
    return;
  }
  into.text(fact.cause, FACT_CAUSE_BYTES_MAX);
  if (fact.kind === 'health') {
    into.uint8(fact.healthy ? 1 : 0);
    return;
  }
  into.uint8(EJECTION_CHANGES.indexOf(fact.change));
  into.float64(fact.ms);
}

export function decodeHealth(at: number, from: ByteReader): HealthFact {
  return { kind: 'health', at, ...decodeChange(from), healthy: from.flag() };
}

export function decodeEjection(at: number, from: ByteReader): EjectionFact {
  return {
    kind: 'ejection',
    at,
    ...decodeChange(from),
    change: from.oneOf(EJECTION_CHANGES),
    ms: from.float64(),
  };
}

function encodePreconnect({ pool, backend, ms }: PreconnectFact, into: ByteWriter): void {
  into.int32(pool);
  into.int32(backend);
  into.float64(ms);
}

export function decodePreconnect(at: number, from: ByteReader): PreconnectFact {
  return { kind: 'preconnect', at, pool: from.int32(), backend: from.int32(), ms: from.float64() };
}

export function decodeAgent(at: number, from: ByteReader): AgentFact {
  return { kind: 'agent', at, pool: from.int32(), backend: from.int32(), said: from.text() };
}

function decodeChange(from: ByteReader): Pick<HealthFact, 'pool' | 'backend' | 'cause'> {
  return { pool: from.int32(), backend: from.int32(), cause: from.text() };
}
