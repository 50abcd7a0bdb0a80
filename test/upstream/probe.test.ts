import { describe, expect, it } from 'vitest';
import { probe } from '../../src/upstream/probe.ts';
import type { ProbeResult, ProbeSubject } from '../../src/upstream/probing.ts';
import { type Answer, FakePlane } from './fake-plane.ts';
import { NO_TLS } from './running.ts';

const SUBJECT: ProbeSubject = {
  address: { kind: 'tcp', host: '127.0.0.1', port: 9000 },
  source: '127.0.0.2',
  timeoutMs: 500,
  header: new Uint8Array(0),
  tls: null,
  script: { steps: [], farewell: new Uint8Array(0) },
};

function begin(answer: Answer, subject: Partial<ProbeSubject> = {}) {
  const plane = new FakePlane(() => answer);
  const results: (ProbeResult | 'gone')[] = [];
  const crashes: unknown[] = [];
  const cancellable = probe(
    { plane, tls: NO_TLS, now: () => 0 },
    { ...SUBJECT, ...subject },
    {
      result: (result) => results.push(result),
      gone: () => results.push('gone'),
      crashed: (error) => crashes.push(error),
    },
  );
  return { plane, results, crashes, cancellable };
}

const passed = (ms: number) => ({ kind: 'passed', ms, said: 'connected', warning: null, agent: null });

describe('a TCP probe', () => {
  it('passes where it connects, says how long that took, and ends the connection by FIN', () => {
    const { plane, results } = begin({ kind: 'connect', afterMs: 30 });
    plane.advance(29);
    expect(results).toEqual([]);
    plane.advance(1);
    expect(results).toEqual([passed(30), 'gone']);
    expect([plane.connections, plane.closes, plane.resets]).toEqual([1, 1, 0]);
    expect([plane.open, plane.timersWaiting]).toEqual([0, 0]);
  });

  it('comes from the address that clients of the pool come from', () => {
    const { plane } = begin({ kind: 'connect', afterMs: 30 });
    expect(plane.dials).toEqual([{ to: '127.0.0.1:9000', at: 0, source: '127.0.0.2' }]);
  });

  it('tries all addresses of a name, one a delay after the other', () => {
    const places = ['127.0.0.3', '127.0.0.4'].map((host) => ({ kind: 'tcp', host, port: 9000 }) as const);
    const { plane, results } = begin(
      { kind: 'connect', afterMs: 300 },
      { addresses: () => places, attemptDelayMs: 250 },
    );
    plane.advance(300);
    expect(plane.dials.map(({ to, at }) => [to, at])).toEqual([
      ['127.0.0.3:9000', 0],
      ['127.0.0.4:9000', 250],
    ]);
    expect(results[0]).toEqual(passed(300));
  });

  it('fails at once, and dials nobody, where a name stands for no address', () => {
    const { plane, results } = begin(
      { kind: 'connect', afterMs: 30 },
      { addresses: () => 'unresolved: NXDOMAIN' },
    );
    expect(results).toEqual([{ kind: 'failed', cause: 'unresolved: NXDOMAIN' }, 'gone']);
    expect([plane.dials, plane.timersWaiting]).toEqual([[], 0]);
  });

  it('fails with the name of the error where it is refused', () => {
    const { plane, results } = begin({ kind: 'refused', code: 'ECONNREFUSED', afterMs: 10 });
    plane.advance(1000);
    expect(results).toEqual([{ kind: 'failed', cause: 'ECONNREFUSED' }, 'gone']);
    expect(plane.timersWaiting).toBe(0);
  });

  it.each([
    ['out-of-descriptors', 'EMFILE'],
    ['out-of-ports', 'EADDRNOTAVAIL'],
  ] as const)('blames no backend where this machine is %s', (kind, code) => {
    const { plane, results } = begin({ kind, code, afterMs: 0 });
    plane.advance(1000);
    expect(results).toEqual([{ kind: 'impossible', cause: code }, 'gone']);
  });

  it('fails after its timeout where nothing answers, and gives the attempt up', () => {
    const { plane, results } = begin({ kind: 'silence' });
    plane.advance(499);
    expect(results).toEqual([]);
    plane.advance(1);
    expect(results).toEqual([{ kind: 'failed', cause: 'no answer in 500 ms' }, 'gone']);
    expect([plane.open, plane.timersWaiting]).toEqual([0, 0]);
  });

  it('tells nothing once it is cancelled, and leaves nothing', () => {
    const { plane, results, cancellable } = begin({ kind: 'connect', afterMs: 30 });
    cancellable.cancel();
    cancellable.cancel();
    plane.advance(1000);
    expect(results).toEqual([]);
    expect([plane.connections, plane.open, plane.timersWaiting]).toEqual([0, 0, 0]);
  });

  it('takes an answer that comes before dial returns', () => {
    const { plane, results, cancellable } = begin({ kind: 'connect' });
    cancellable.cancel();
    expect(results).toEqual([passed(0), 'gone']);
    expect([plane.open, plane.timersWaiting]).toEqual([0, 0]);
  });

  it('passes on what dial throws, and leaves no timer', () => {
    const error = new Error('torn');
    const plane = new FakePlane(() => ({ kind: 'throw', error }));
    const handler = { result: () => {}, gone: () => {}, crashed: () => {} };
    expect(() => probe({ plane, tls: NO_TLS, now: () => 0 }, SUBJECT, handler)).toThrow(error);
    expect(plane.timersWaiting).toBe(0);
  });
});
