import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from 'vitest';
import { PendingExports } from '../../src/telemetry/pending-exports.ts';
import { SPANS_WAITING_MAX, SpanGate } from '../../src/telemetry/span-gate.ts';

const OK = { code: 0 };
const FAILED = { code: 1, error: new Error('refused') };

function aGate() {
  const calls: ((result: { code: number; error?: Error }) => void)[] = [];
  const failures: [unknown, number][] = [];
  const pending = new PendingExports();
  const exporter: SpanExporter = { export: (_, done) => calls.push(done), shutdown: async () => {} };
  const gate = new SpanGate(exporter, pending, (error, spans) => failures.push([error, spans]));
  return { gate, pending, calls, failures };
}

const spans = (count: number): ReadableSpan[] => new Array<ReadableSpan>(count).fill({} as ReadableSpan);

describe('the gate of spans', () => {
  it('lets traces in up to its limit, and then none in part', () => {
    const { gate } = aGate();
    expect(gate.admit(SPANS_WAITING_MAX - 5)).toBe(true);
    expect(gate.admit(6)).toBe(false);
    expect(gate.admit(5)).toBe(true);
    expect([gate.outstanding, gate.dropped]).toEqual([SPANS_WAITING_MAX, 6]);
  });

  it('has room again for what is under way, and knows what became of it', () => {
    const { gate, calls, failures } = aGate();
    gate.admit(SPANS_WAITING_MAX);
    const results: unknown[] = [];
    gate.export(spans(100), (result) => results.push(result));
    gate.export(spans(50), (result) => results.push(result));
    expect(gate.admit(150)).toBe(true);
    calls[0]?.(OK);
    calls[1]?.(FAILED);
    expect(results).toEqual([OK, FAILED]);
    expect(failures).toEqual([[FAILED.error, 50]]);
    expect([gate.outstanding, gate.dropped]).toEqual([SPANS_WAITING_MAX, 50]);
  });

  it('answers everyone once when it is abandoned, and sends no more', () => {
    const { gate, pending, calls } = aGate();
    gate.admit(20);
    const codes: number[] = [];
    gate.export(spans(10), ({ code }) => codes.push(code));
    pending.abandon();
    calls[0]?.(OK);
    gate.export(spans(10), ({ code }) => codes.push(code));
    expect(codes).toEqual([1, 1]);
    expect(calls).toHaveLength(1);
  });
});
