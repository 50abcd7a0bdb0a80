import type { ClosedFact, EnteredFact, ErrorFact } from '../../src/core/facts.ts';

/** An ordinary connection's end, with what a test wants to be different. */
export function closedFact(changes: Partial<ClosedFact> = {}): ClosedFact {
  return {
    kind: 'closed',
    at: 1000.25,
    connection: 7,
    listener: 0,
    client: '192.0.2.7:40000',
    local: '192.0.2.1:7443',
    peer: null,
    header: null,
    opened: 900,
    reason: 'client-fin',
    during: 'streaming',
    protocol: 'tls',
    sni: 'www.example.com',
    clientTls: null,
    backendTls: null,
    error: null,
    refusal: null,
    route: 'edge/0',
    pool: 0,
    backend: 1,
    attempts: [],
    queueMs: 0,
    bytesUp: 10,
    bytesDown: 20,
    undeliveredUp: 0,
    undeliveredDown: 0,
    firstByteMs: 1.5,
    pausedUpMs: 0,
    pausedDownMs: 0,
    clientTcp: null,
    backendTcp: null,
    visits: [],
    traceId: '0123456789abcdef0123456789abcdef',
    spanId: null,
    parentSpanId: null,
    sampled: true,
    ...changes,
  };
}

export function errorFact(message: string): ErrorFact {
  return { kind: 'error', at: 1, connection: null, traceId: null, message };
}

export function enteredFact(connection: number): EnteredFact {
  return { kind: 'entered', at: 1, connection, listener: 0, state: 'streaming' };
}
