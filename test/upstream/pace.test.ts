import { describe, expect, it } from 'vitest';
import { CONNECT, REFUSE } from './fake-plane.ts';
import { HEALTH, plain } from './plans.ts';
import { start } from './running.ts';

describe('the pace of probes', () => {
  it('is fast while a result contradicts, and down while a backend is unhealthy', () => {
    const health = { ...HEALTH, fastIntervalMs: 100, downIntervalMs: 5000, rise: 2, fall: 3 };
    const { plane, changes } = start([{ health, backends: plain(1) }], () => CONNECT);
    plane.advance(2500);
    plane.answerWith(() => REFUSE);
    plane.advance(20_000);
    plane.answerWith(() => CONNECT);
    plane.advance(10_000);
    expect(changes().map(({ healthy }) => healthy)).toEqual([true, false, true]);
    const gaps = plane.dials.slice(1).map(({ at }, nth) => at - (plane.dials[nth]?.at ?? 0));
    expect(gaps.slice(2)).toEqual([1000, 100, 100, 5000, 5000, 5000, 5000, 100, ...gaps.slice(10)]);
    expect(new Set(gaps.slice(10))).toEqual(new Set([1000]));
  });

  it('is down again where a prober of an unhealthy backend has crashed', () => {
    const health = { ...HEALTH, fall: 1, downIntervalMs: 5000 };
    const { plane } = start([{ health, backends: plain(1) }], () => REFUSE);
    plane.advance(4000);
    plane.answerWith(() => ({ kind: 'throw', error: new Error('torn') }));
    plane.advance(2000);
    plane.answerWith(() => REFUSE);
    const before = plane.dials.length;
    plane.advance(20_000);
    expect(plane.dials.length - before).toBeLessThan(6);
  });
});
