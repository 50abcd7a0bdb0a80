import { describe, expect, it } from 'vitest';
import { type ProbeResult, probeTcp } from '../../src/upstream/probe.ts';
import { type Answer, FakePlane } from './fake-plane.ts';

const ADDRESS = { kind: 'tcp', host: '127.0.0.1', port: 9000 } as const;

function probe(answer: Answer) {
  const plane = new FakePlane(() => answer);
  const results: ProbeResult[] = [];
  const cancellable = probeTcp(
    plane,
    [ADDRESS],
    { source: '127.0.0.2', timeoutMs: 500, attemptDelayMs: 250 },
    (result) => results.push(result),
  );
  return { plane, results, cancellable };
}

describe('a TCP probe', () => {
  it('passes where it connects, says how long that took, and ends the connection by RST', () => {
    const { plane, results } = probe({ kind: 'connect', afterMs: 30 });
    plane.advance(29);
    expect(results).toEqual([]);
    plane.advance(1);
    expect(results).toEqual([{ kind: 'passed', ms: 30 }]);
    expect([plane.connections, plane.resets, plane.open, plane.timersWaiting]).toEqual([1, 1, 0, 0]);
  });

  it('comes from the address that clients of the pool come from', () => {
    const { plane } = probe({ kind: 'connect', afterMs: 30 });
    expect(plane.dials).toEqual([{ to: '127.0.0.1:9000', at: 0, source: '127.0.0.2' }]);
  });

  it('fails with the name of the error where it is refused', () => {
    const { plane, results } = probe({ kind: 'refused', code: 'ECONNREFUSED', afterMs: 10 });
    plane.advance(1000);
    expect(results).toEqual([{ kind: 'failed', cause: 'ECONNREFUSED' }]);
    expect(plane.timersWaiting).toBe(0);
  });

  it.each([
    ['out-of-descriptors', 'EMFILE'],
    ['out-of-ports', 'EADDRNOTAVAIL'],
  ] as const)('blames no backend where this machine is %s', (kind, code) => {
    const { plane, results } = probe({ kind, code, afterMs: 0 });
    plane.advance(1000);
    expect(results).toEqual([{ kind: 'impossible', cause: code }]);
  });

  it('fails after its timeout where nothing answers, and gives the attempt up', () => {
    const { plane, results } = probe({ kind: 'silence' });
    plane.advance(499);
    expect(results).toEqual([]);
    plane.advance(1);
    expect(results).toEqual([{ kind: 'failed', cause: 'no answer in 500 ms' }]);
    expect([plane.open, plane.timersWaiting]).toEqual([0, 0]);
  });

  it('tells nothing once it is cancelled, and leaves nothing', () => {
    const { plane, results, cancellable } = probe({ kind: 'connect', afterMs: 30 });
    cancellable.cancel();
    cancellable.cancel();
    plane.advance(1000);
    expect(results).toEqual([]);
    expect([plane.connections, plane.open, plane.timersWaiting]).toEqual([0, 0, 0]);
  });

  it('takes an answer that comes before dial returns', () => {
    const { plane, results, cancellable } = probe({ kind: 'connect' });
    cancellable.cancel();
    expect(results).toEqual([{ kind: 'passed', ms: 0 }]);
    expect([plane.open, plane.timersWaiting]).toEqual([0, 0]);
  });

  it('passes on what dial throws, and leaves no timer', () => {
    const error = new Error('torn');
    const plane = new FakePlane(() => ({ kind: 'throw', error }));
    expect(() =>
      probeTcp(plane, [ADDRESS], { source: null, timeoutMs: 500, attemptDelayMs: 250 }, () => {}),
    ).toThrow(error);
    expect(plane.timersWaiting).toBe(0);
  });
});
