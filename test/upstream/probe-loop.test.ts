import { describe, expect, it } from 'vitest';
import { Gate } from '../../src/upstream/gate.ts';
import { firstGapMs, ProbeLoop, type ProbeTarget } from '../../src/upstream/probe-loop.ts';
import type { ProbeResult } from '../../src/upstream/probing.ts';
import { type Answer, CONNECT, FakePlane, SILENCE } from './fake-plane.ts';
import { NO_TLS } from './running.ts';

const TARGET: ProbeTarget = {
  row: 0,
  address: { kind: 'tcp', host: '127.0.0.1', port: 9000 },
  source: null,
  intervalsMs: { steady: 1000, fast: 100, down: 3000 },
  jitterShare: 0,
  timeoutMs: 400,
  header: new Uint8Array(0),
  tls: null,
  script: { steps: [], farewell: new Uint8Array(0) },
};

function loop(
  answer: Answer,
  other: Partial<ProbeTarget> = {},
  onResult: () => void = () => {},
  random: () => number = () => 0.5,
) {
  const plane = new FakePlane(() => answer);
  const results: ProbeResult[] = [];
  const errors: unknown[] = [];
  const probing = new ProbeLoop(
    { plane, tls: NO_TLS, now: () => 0, random },
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
    expect(second - first).toBe(Math.ceil(firstGapMs(1, 1000) / 10) * 10);
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

describe('the pace of a probe loop', () => {
  it('changes the wait that is under way, counted from when the last probe began', () => {
    const { plane, probing, times } = loop(CONNECT);
    plane.advance(2050);
    probing.setPace('fast');
    plane.advance(260);
    expect(times()).toEqual([0, 1000, 2000, 2100, 2200, 2300]);
    probing.setPace('down');
    plane.advance(5000);
    expect(times().slice(6)).toEqual([5300]);
    probing.setPace('steady');
    plane.advance(10);
    expect(times().slice(7)).toEqual([7320]);
  });

  it('can be set within a result, and by a listener that does so each time', () => {
    const probed = loop(CONNECT, {}, () => probed.probing.setPace('fast'));
    probed.plane.advance(350);
    expect(probed.times()).toEqual([0, 100, 200, 300]);
  });
});

describe('the jitter of a probe loop', () => {
  it('makes each interval longer or shorter by at most its share, as chance says', () => {
    const draws = [0, 0.999, 0.5, 0.25];
    const { plane, times } = loop(CONNECT, { jitterShare: 0.2 }, undefined, () => draws.shift() ?? 0.5);
    plane.advance(4000);
    const gaps = times()
      .slice(1)
      .map((at, index) => at - (times()[index] ?? 0));
    expect(gaps.map((gap) => Math.round(gap / 10) * 10)).toEqual([800, 1200, 1000, 900]);
  });
});

describe('the first repeats', () => {
  it('come after half an interval to a whole one', () => {
    for (let row = 0; row < 4096; row++) {
      const gapMs = firstGapMs(row, 1000);
      expect(gapMs).toBeGreaterThan(500);
      expect(gapMs).toBeLessThanOrEqual(1000);
    }
  });

  it('of a thousand backends are spread evenly', () => {
    const tenths = new Array<number>(10).fill(0);
    for (let row = 0; row < 1000; row++) {
      const tenth = Math.min(9, Math.floor((firstGapMs(row, 1000) - 500) / 50));
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const count of tenths) expect(Math.abs(count - 100)).toBeLessThan(5);
  });
});
