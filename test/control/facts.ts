import type { OpenedFact } from '../../src/core/facts.ts';

/** An ordinary connection's beginning, with what a test wants to be different. */
export function openedFact(changes: Partial<OpenedFact> = {}): OpenedFact {
  return {
    kind: 'opened',
    at: 900,
    connection: 7,
    listener: 0,
    client: '192.0.2.7:40000',
    local: '192.0.2.1:7443',
    traceId: '0123456789abcdef0123456789abcdef',
    spanId: null,
    parentSpanId: null,
    sampled: true,
    ...changes,
  };
}
