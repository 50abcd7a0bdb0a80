import { describe, expect, it } from 'vitest';
import { Gate } from '../../src/upstream/gate.ts';
import type { ProbeResult } from '../../src/upstream/probe.ts';
import { firstGapMs, ProbeLoop, type ProbeTarget } from '../../src/upstream/probe-loop.ts';
import { type Answer, CONNECT, FakePlane, SILENCE } from './fake-plane.ts';

const TARGET: ProbeTarget = {
  row: 0,
  address: { kind: 'tcp', host: '127.0.0.1', port: 9000 },
  source: null,
  intervalMs: 1000,
  timeoutMs: 400,
};

function loop(answer: Answer, other: Partial<ProbeTarget> = {}, onResult: () => void = () => {}) {
  const plane = new FakePlane(() => answer);
  const results: ProbeResult[] = [];
  const errors: unknown[] = [];
  const probing = new ProbeLoop(
    plane,
    new Gate(4),
    { ...TARGET, ...other },
    {
      result: (result) => {
        results.push(result);
        onResult();
      },
      crashed: (error) => errors.push(error),
    },
  );
  probing.start();
  return { plane, probing, results, errors, times: () => plane.dials.map(({ at }) => at) };
}

describe('a probe loop', () => {
  it('probes at once, and then an interval after each probe began, however long it took', () => {
    const quick = loop(CONNECT);
    quick.plane.advance(3500);
    expect(quick.times()).toEqual([0, 1000, 2000, 3000]);
    const silent = loop(SILENCE);
    silent.plane.advance(3500);
    expect(silent.times()).toEqual([0, 1000, 2000, 3000]);
    expect(silent.results).toHaveLength(4);
  });

  it('never has two probes under way: one that outlasts the interval is followed at once', () => {
    const { plane, times } = loop(SILENCE, { timeoutMs: 1500 });
    plane.advance(4000);
    expect(plane.peak).toBe(1);
    const [first = -1, second = -1, third = -1] = times();
    expect(second - first).toBeGreaterThanOrEqual(1500);
    expect(third - second).toBeGreaterThanOrEqual(1500);
    expect(third - second).toBeLessThanOrEqual(1520);
  });

  it('repeats early the first time only, by a part that depends on the row', () => {
    const { plane, times } = loop(CONNECT, { row: 1 });
    plane.advance(3500);
    const [first = -1, second = -1, third = -1] = times();
    expect(second - first).toBe(Math.ceil(firstGapMs({ ...TARGET, row: 1 }) / 10) * 10);
    expect(second - first).toBeLessThan(1000);
    expect(third - second).toBe(1000);
  });

  it('leaves nothing when it is stopped: before an answer, between probes, and within a result', () => {
    const dialing = loop(SILENCE);
    dialing.probing.stop();
    const waiting = loop(CONNECT);
    waiting.plane.advance(100);
    waiting.probing.stop();
    const telling = loop(CONNECT, {}, () => telling.probing.stop());
    for (const { plane } of [dialing, waiting, telling]) {
      plane.advance(5000);
      expect([plane.dials.length, plane.open, plane.timersWaiting]).toEqual([1, 0, 0]);
    }
    expect([dialing, waiting, telling].map(({ results }) => results.length)).toEqual([0, 1, 1]);
  });

  it('stops and tells where dialing throws, at the start and later', () => {
    const error = new Error('torn');
    const atOnce = loop({ kind: 'throw', error });
    expect(atOnce.errors).toEqual([error]);
    const later = loop(CONNECT);
    later.plane.advance(500);
    later.plane.answerWith(() => ({ kind: 'throw', error }));
    later.plane.advance(5000);
    expect(later.errors).toEqual([error]);
    expect([later.plane.dials.length, later.plane.timersWaiting, later.plane.errors.length]).toEqual([
      2, 0, 0,
    ]);
  });

  it('stops and tells where its listener throws', () => {
    const error = new Error('torn');
    const { plane, errors } = loop(CONNECT, {}, () => {
      throw error;
    });
    plane.advance(5000);
    expect(errors).toEqual([error]);
    expect([plane.dials.length, plane.timersWaiting, plane.errors.length]).toEqual([1, 0, 0]);
  });
});

describe('the first repeats', () => {
  it('come after half an interval to a whole one', () => {
    for (let row = 0; row < 4096; row++) {
      const gapMs = firstGapMs({ ...TARGET, row });
      expect(gapMs).toBeGreaterThan(500);
      expect(gapMs).toBeLessThanOrEqual(1000);
    }
  });

  it('of a thousand backends are spread evenly', () => {
    const tenths = new Array<number>(10).fill(0);
    for (let row = 0; row < 1000; row++) {
      const tenth = Math.min(9, Math.floor((firstGapMs({ ...TARGET, row }) - 500) / 50));
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const count of tenths) expect(Math.abs(count - 100)).toBeLessThan(5);
  });
});
