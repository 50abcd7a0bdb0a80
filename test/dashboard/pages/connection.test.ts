import { describe, expect, it } from 'vitest';
import { SAMPLES_MAX, Samples } from '../../../dashboard/src/pages/connection/samples.ts';
import { setUpEnd, timelineOf } from '../../../dashboard/src/pages/connection/timeline.ts';
import type { ConnectionView } from '../../../src/core/connection-view.ts';
import type { StateName } from '../../../src/core/state.ts';

const visit = (state: StateName, from: number, to: number) => ({ state, from, to });
const LIFE = {
  opened: 1000,
  visits: [visit('accepting', 1000, 1001), visit('dialing', 1001, 1010), visit('dialing', 1010, 1020)],
  present: { state: 'streaming', since: 1020 },
  attempts: [
    { backend: 0, name: 'a', from: 1002, to: 1010, error: 'ECONNREFUSED' },
    { backend: 7, name: null, from: 1011, to: 1020, error: '' },
  ],
};

describe('the timeline of a connection', () => {
  it('has each attempt behind the state it was made in, and the state that lasts until now', () => {
    const stretches = timelineOf(LIFE, 1500);
    expect(stretches.map(({ name, to }) => [name, to])).toEqual([
      ['accepting', 1001],
      ['dialing', 1010],
      ['a', 1010],
      ['dialing', 1020],
      ['backend in row 7', 1020],
      ['streaming', 1500],
    ]);
    expect(stretches.filter(({ isLive }) => isLive).map(({ name }) => name)).toEqual(['streaming']);
    expect(stretches.filter(({ isBad }) => isBad).map(({ note }) => note)).toEqual(['ECONNREFUSED']);
  });

  it('is shown up to the end of the set-up where the state that lasts would hide it', () => {
    expect(setUpEnd(timelineOf(LIFE, 1030))).toBeNull();
    expect(setUpEnd(timelineOf(LIFE, 60_000))).toBe(1025);
    expect(setUpEnd(timelineOf({ ...LIFE, visits: [] }, 60_000))).toBeNull();
  });
});

describe('the samples of a connection', () => {
  const view = (at: number, bytesDown: number) =>
    ({
      at,
      bytesUp: 0,
      bytesDown,
      waitingUp: 1,
      waitingDown: 2,
      clientTcp: null,
      backendTcp: null,
    }) as ConnectionView;

  it('have bytes a second between two looks, and no round trips where the plane tells none', () => {
    const samples = new Samples();
    samples.add(view(1000, 100));
    samples.add(view(3000, 2100));
    const { bytes, waiting, roundTrips } = samples.columns();
    expect(bytes).toEqual([
      [1, 3],
      [null, 0],
      [null, 1000],
    ]);
    expect(waiting[2]).toEqual([2, 2]);
    expect(roundTrips).toBeNull();
  });

  it('have round trips in milliseconds, of the legs there are', () => {
    const samples = new Samples();
    const clientTcp = { rttUs: 1500, rttVarUs: 1, retransmits: 2, deliveryRate: 10 };
    samples.add({ ...view(1000, 0), clientTcp });
    expect(samples.columns().roundTrips).toEqual([[1], [1.5], [null]]);
    expect(samples.columns().resent).toEqual([[1], [2], [null]]);
  });

  it('are no more than their limit', () => {
    const samples = new Samples();
    for (let at = 0; at < SAMPLES_MAX + 50; at++) samples.add(view(at * 1000, at));
    expect(samples.columns().bytes[0]).toHaveLength(SAMPLES_MAX);
    expect(samples.columns().bytes[0]?.[0]).toBe(50);
  });
});
