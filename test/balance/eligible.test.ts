import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Backend, type Candidate, collectEligible } from '../../src/balance/index.ts';
import { HEALTH_UNKNOWN, HEALTHY, UNHEALTHY } from '../../src/core/upstream-table.ts';
import { backendAt } from './candidates.ts';

function eligible(backends: readonly Backend[], tried: readonly number[] = []): number[] {
  const candidates: Candidate[] = [];
  collectEligible(backends, tried, candidates);
  return candidates.map(({ row }) => row);
}

const up = backendAt(0);
const other = backendAt(1);
const backup = backendAt(2, { backup: true });
const down = (place: number, backend: Partial<Backend> = {}) =>
  backendAt(place, { ...backend, health: UNHEALTHY });

describe('a backend is eligible', () => {
  it.each([
    ['healthy', [up], [], [0]],
    ['unknown', [backendAt(0, { health: HEALTH_UNKNOWN })], [], [0]],
    ['not when unhealthy', [down(0)], [], []],
    ['not at weight 0', [backendAt(0, { weight: 0 })], [], []],
    ['below its limit', [backendAt(0, { load: 2, connectionsMax: 3 })], [], [0]],
    ['not at its limit', [backendAt(0, { load: 3, connectionsMax: 3 })], [], []],
    [
      'not above its limit, which a reload has lowered',
      [backendAt(0, { load: 4, connectionsMax: 3 })],
      [],
      [],
    ],
    ['however loaded where it has no limit', [backendAt(0, { load: 9999 })], [], [0]],
    ['not when tried before', [up, other], [0], [1]],
    ['when tried before and no other is left', [up, down(1)], [0], [0]],
    ['when all were tried before', [up, other], [1, 0], [0, 1]],
    ['not as a backup while another is', [up, other, backup], [], [0, 1]],
    ['as a backup when no other is', [down(0), down(1), backup], [], [2]],
    ['as a backup when every other is full', [backendAt(0, { load: 1, connectionsMax: 1 }), backup], [], [2]],
    ['as a backup rather than again', [up, backup], [0], [2]],
    ['again rather than as a backup tried too', [up, backup], [0, 2], [0]],
    ['not as an unhealthy backup', [down(0), down(2, { backup: true })], [], []],
  ] satisfies [string, Backend[], number[], number[]][])('%s', (_, backends, tried, expected) => {
    expect(eligible(backends, tried)).toEqual(expected);
  });

  it('never when it is not usable, and some are whenever any is usable', () => {
    const backends = fc
      .array(
        fc.record({
          health: fc.constantFrom(HEALTH_UNKNOWN, HEALTHY, UNHEALTHY),
          weight: fc.nat(2),
          backup: fc.boolean(),
          load: fc.nat(3),
          connectionsMax: fc.nat(3),
        }),
        { maxLength: 8 },
      )
      .map((list) => list.map((backend, place) => backendAt(place, backend)));
    fc.assert(
      fc.property(backends, fc.array(fc.nat(8)), (pool, tried) => {
        const usable = pool.filter(
          (one) =>
            one.health !== UNHEALTHY &&
            one.weight > 0 &&
            (one.connectionsMax === 0 || one.load < one.connectionsMax),
        );
        const rows = eligible(pool, tried);
        expect(rows.length > 0).toBe(usable.length > 0);
        expect(usable.map(({ row }) => row)).toEqual(expect.arrayContaining(rows));
        expect(rows).toEqual([...rows].sort((a, b) => a - b));
        if (usable.some(({ row }) => !tried.includes(row))) {
          expect(rows.some((row) => tried.includes(row))).toBe(false);
        }
      }),
    );
  });

  it('in the list it is given, which is emptied first', () => {
    const candidates: Candidate[] = [other];
    collectEligible([], [], candidates);
    expect(candidates).toEqual([]);
  });
});
