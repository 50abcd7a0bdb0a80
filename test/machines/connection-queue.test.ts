import { describe, expect, test } from 'vitest';
import type { ConnectionEvent } from '../../machines/connection.ts';
import { chartAfter, leaf, REFUSED, reason, TO_DIALING } from './connection-chart.ts';

describe('dialing: the queue', () => {
  const ROUTED_POLITELY: ConnectionEvent = {
    type: 'routed',
    retries: 1,
    abortOnFin: false,
    closesWhenFull: true,
  };
  const FULL: ConnectionEvent = { type: 'dial.failed', reason: 'limit', retry: false, how: 'close' };

  test('who gets a place is dialed for, and may wait again', () => {
    expect(chartAfter(...TO_DIALING, 'queued').value).toEqual({ dialing: 'queue' });
    expect(chartAfter(...TO_DIALING, 'queued', 'placed').value).toEqual({ dialing: 'connect' });
    expect(chartAfter(...TO_DIALING, 'queued', 'placed', REFUSED, 'queued').value).toEqual({
      dialing: 'queue',
    });
    expect(leaf(chartAfter(...TO_DIALING, 'queued', 'placed', 'dialed'))).toBe('streaming');
  });
  test('who waits too long is told by RST, or by FIN where the pool says so', () => {
    expect(reason(chartAfter(...TO_DIALING, 'queued', 'deadline.queue'))).toBe('queue-timeout');
    expect(leaf(chartAfter(...TO_DIALING, 'queued', 'deadline.queue'))).toBe('closed');
    const politely = ['admitted', 'sniffed', ROUTED_POLITELY, 'queued', 'deadline.queue'] as const;
    expect(leaf(chartAfter(...politely))).toBe('draining');
  });
  test('who finds no place is told as the pool says', () => {
    expect(leaf(chartAfter(...TO_DIALING, 'queued', FULL))).toBe('draining');
    expect(reason(chartAfter(...TO_DIALING, 'queued', FULL))).toBe('limit');
  });
  test('a deadline of the queue means nothing to who does not wait', () => {
    expect(chartAfter(...TO_DIALING, 'deadline.queue').value).toEqual({ dialing: 'connect' });
  });
});
