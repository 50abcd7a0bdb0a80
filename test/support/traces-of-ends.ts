import { expect } from 'vitest';
import { CLOSE_REASONS, type CloseReason, isClean } from '../../src/core/close-reason.ts';
import type { StateName } from '../../src/core/state.ts';
import type { DecodedSpan } from './otlp-receiver.ts';

/**
 * The close reasons whose traces are shown by a service that is run and its peers, in `test/e2e/telemetry/ends.test.ts`. Those
 * of all others are shown in the memory plane, by `test/telemetry/ends.test.ts`.
 */
export const SHOWN_BY_A_SERVICE = [
  'client-truncated',
  'backend-truncated',
  'tls-handshake',
  'tls-handshake-timeout',
  'tls-required',
  'backend-handshake',
  'backend-down',
  'rebalanced',
  'shard-failed',
] as const satisfies readonly CloseReason[];

export type ShownByAService = (typeof SHOWN_BY_A_SERVICE)[number];

export const DIALED: readonly StateName[] = ['accepting', 'sniffing', 'routing', 'dialing'];
export const RELAYED: readonly StateName[] = [...DIALED, 'streaming'];
export const CUT: readonly StateName[] = [...RELAYED, 'draining'];

/** How a connection has ended, as its trace has to tell it. */
export interface TracedEnd {
  readonly reason: CloseReason;
  readonly listener: string;
  readonly client: unknown;
  readonly traceId: unknown;
  /** In order, with `closed`, where it came to that. */
  readonly states: readonly string[];
  /** What the system said of the peer that was lost; absent for all other ends. */
  readonly error?: string | undefined;
  /** Attempts to reach a backend. */
  readonly dials: number;
}

/** Holds all spans of one connection to how it has ended; returns the root. */
export function expectTraceOf(spans: readonly DecodedSpan[], end: TracedEnd): DecodedSpan {
  const { reason, states } = end;
  const [root] = spans.filter(({ parentSpanId }) => parentSpanId === '');
  if (root === undefined) throw new Error(`no root among ${spans.length} spans`);
  const children = spans.filter(({ parentSpanId }) => parentSpanId === root.spanId);
  expect(spans).toHaveLength(children.length + 1);
  expect(children.map(({ name }) => name)).toEqual(states);
  let at = root.start;
  for (const { start, end } of children) {
    // A span of a state that lasted for nothing is a nanosecond long.
    expect([at, at - 1n]).toContain(start);
    at = end;
  }
  expect(root).toMatchObject({
    name: 'connection',
    attributes: {
      'sluice.listener': end.listener,
      'sluice.close.reason': reason,
      'sluice.close.by': CLOSE_REASONS[reason].by,
      'client.address': end.client,
    },
  });
  expect(root.attributes['sluice.close.error']).toBe(end.error);
  expect(root.status.code).toBe(isClean(reason) ? 0 : 2);
  expect(root.attributes['error.type']).toBe(isClean(reason) ? undefined : reason);
  const failed = children.filter(({ status }) => status.message === reason);
  const during = root.attributes['sluice.close.during'];
  expect(failed.map(({ name }) => name)).toEqual(isClean(reason) || during === undefined ? [] : [during]);
  for (const { status, attributes } of failed)
    expect([status.code, attributes['error.type']]).toEqual([2, reason]);
  const dials = children.filter(({ name }) => name === 'dialing').flatMap(({ events }) => events);
  expect(dials).toHaveLength(end.dials);
  expect(root.attributes['sluice.backend'] !== undefined).toBe(states.includes('streaming'));
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([end.traceId]));
  return root;
}
