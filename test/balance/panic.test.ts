import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Backend, type Candidate, collectEligible, standings } from '../../src/balance/index.ts';
import { HEALTH_UNKNOWN, HEALTHY, UNHEALTHY } from '../../src/core/upstream-table.ts';
import { backendAt } from './candidates.ts';

function eligible(backends: readonly Backend[], panic = 0, tried: readonly number[] = []): number[] {
  const candidates: Candidate[] = [];
  collectEligible(backends, tried, candidates, panic);
  return candidates.map(({ row }) => row);
}

/** Backends by a letter each: u is up, d is down, f is full; a digit is the priority of those behind it, b makes them backups. */
function pool(sketch: string): Backend[] {
  const backends: Backend[] = [];
  let [priority, backup] = [0, false];
  for (const letter of sketch) {
    if (letter >= '0' && letter <= '9') priority = Number(letter);
    else if (letter === 'b') backup = true;
    else {
      const health = letter === 'd' ? UNHEALTHY : HEALTHY;
      const full = letter === 'f' ? { load: 1, connectionsMax: 1 } : {};
      backends.push(backendAt(backends.length, { priority, backup, health, ...full }));
    }
  }
  return backends;
}

describe('priorities and panic', () => {
  it.each([
    ['the lowest number serves', 'uu1uu', 0, [0, 1]],
    ['also where one of it is left', 'ddddu1uu', 0, [4]],
    ['the next serves where none is left', 'dd1uu2u', 0, [2, 3]],
    ['the next serves where all are full', 'ff1uu', 0, [2, 3]],
    ['the order of the file does not matter', '2u0d1u', 0, [2]],
    ['backups come after every priority', 'd9ub0u', 0, [1]],
    ['backups have priorities too', 'd1db1u0u', 0, [3]],
    ['with panic, half is not fewer than half', 'ud1u', 50, [0]],
    ['with panic, a priority with too few is left for the next', 'udd1uu', 50, [3, 4]],
    ['with panic, the next but one where that has too few too', 'udd1udd2u', 50, [6]],
    ['with panic and nowhere to go health is ignored', 'udd', 50, [0, 1, 2]],
    ['with panic everywhere the first priority ignores health', 'udd1udd', 50, [0, 1, 2]],
    ['with panic where all are down', 'ddd', 1, [0, 1, 2]],
    ['without panic where all are down there is none', 'ddd', 0, []],
    ['with panic a limit still counts', 'fdd', 50, [1, 2]],
    ['a sound priority that is full is waited for, its down backends stay down', 'fd', 50, []],
    ['a sound priority that is full leaves it to one that is not sound', 'ff1udd', 50, [2, 3, 4]],
    ['of 100 % each one that is down is too many', 'uud1u', 100, [3]],
  ] satisfies [string, string, number, number[]][])('%s (%s, panic %i)', (_, sketch, panic, expected) => {
    expect(eligible(pool(sketch), panic)).toEqual(expected);
  });

  it('count weights of 0 out: a drained backend is not one that is missing', () => {
    const drained = pool('udd').map((one) => (one.place === 0 ? one : { ...one, weight: 0 }));
    expect(eligible(drained, 50)).toEqual([0]);
  });

  it('never give a backend that is down, or of a later priority, while a better one may be had', () => {
    const backends = fc
      .array(
        fc.record({
          health: fc.constantFrom(HEALTH_UNKNOWN, HEALTHY, UNHEALTHY),
          weight: fc.nat(2),
          priority: fc.nat(2),
          backup: fc.boolean(),
          load: fc.nat(2),
          connectionsMax: fc.nat(2),
        }),
        { maxLength: 10 },
      )
      .map((list) => list.map((backend, place) => backendAt(place, backend)));
    const level = (one: Backend) => one.priority + (one.backup ? 100 : 0);
    fc.assert(
      fc.property(backends, fc.nat(100), fc.array(fc.nat(9), { maxLength: 4 }), (all, panic, tried) => {
        const weighted = all.filter(({ weight }) => weight > 0);
        const isSound = (one: Backend) => {
          const peers = weighted.filter((other) => level(other) === level(one));
          const up = peers.filter(({ health }) => health !== UNHEALTHY).length;
          return up > 0 && up * 100 >= panic * peers.length;
        };
        const room = weighted.filter((one) => one.connectionsMax === 0 || one.load < one.connectionsMax);
        const good = room.filter((one) => one.health !== UNHEALTHY && isSound(one));
        const picked = eligible(all, panic, tried).map((row) => all[row] as Backend);
        for (const one of picked) {
          expect(room).toContain(one);
          if (good.length > 0) expect(good).toContain(one);
          const same = (other: Backend) => tried.includes(other.row) === tried.includes(one.row);
          const better = good.filter((other) => same(other) && level(other) < level(one));
          expect(better).toEqual([]);
        }
        const panicking = panic > 0 && room.some((one) => !isSound(one));
        if (good.length > 0 || panicking) expect(picked.length).toBeGreaterThan(0);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('how backends stand', () => {
  const stand = (sketch: string, panic: number, tried: number[] = []) =>
    standings(pool(sketch), tried, panic).map((one) => one.passedOver ?? (one.panic ? 'panic' : 'ok'));

  it('tells who is passed over for a priority, and whose health is ignored', () => {
    expect(stand('ud1u', 0)).toEqual(['ok', 'unhealthy', 'priority']);
    expect(stand('udd1u', 50)).toEqual(['priority', 'unhealthy', 'unhealthy', 'ok']);
    expect(stand('udd1d', 50)).toEqual(['ok', 'panic', 'panic', 'unhealthy']);
    expect(stand('dd', 0)).toEqual(['unhealthy', 'unhealthy']);
    expect(stand('f1u', 0)).toEqual(['full', 'ok']);
    expect(stand('u1u', 0, [0])).toEqual(['priority', 'ok']);
  });
});
