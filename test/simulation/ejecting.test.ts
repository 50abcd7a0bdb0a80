import { beforeAll, describe, expect, it } from 'vitest';
import type { Fact } from '../../src/core/facts.ts';
import type { PassivePlan } from '../../src/core/plan.ts';
import { UNHEALTHY, UpstreamTable } from '../../src/core/upstream-table.ts';
import { createPicker, startUpstreams } from '../../src/upstream/index.ts';
import { CONNECT, FakePlane } from '../upstream/fake-plane.ts';
import { keyOf, planOf } from '../upstream/plans.ts';
import { NO_TLS } from '../upstream/running.ts';
import { Dice } from './dice.ts';

const BACKENDS = 1000;
const SHARDS = 4;
/** Of which the second half is quiet. */
const STEPS = 2000;
const STEP_MS = 40;
const CONNECTIONS_A_STEP = 4;
const SLOW_START_MS = 10_000;
const RETRIES_MAX = 9;
const START = 1_700_000_000_000;
const SHARE = 12;
/** Go down and come back all the time. */
const FLAPPING = 150;
/** Go down at the same moment and come back, all at once. */
const TOGETHER = { from: 300, to: 500, downAt: 6000, upAt: 32_000 };

const PASSIVE: PassivePlan = {
  failures: 1,
  count: ['refused'],
  firstByteMs: 1000,
  ejectMs: 10_000,
  ejectMsMax: 20_000,
  ejectedPercentMax: SHARE,
};
const SEED = Number(process.env['SLUICE_SEED'] ?? 1);

interface Course {
  /** Picks of a backend that was ejected then. */
  readonly wrong: number;
  /** Most backends that were ejected at once. */
  readonly most: number;
  readonly facts: readonly Fact[];
  /** Attempts after the first that were made for connections, and connections that reached nobody. */
  readonly retried: number;
  readonly lost: number;
  /** Picks of backends that came back less than a slow start ago, and what the curve allows, by tenth. */
  readonly early: readonly number[];
  readonly allowed: readonly number[];
  readonly ejectedAtEnd: number;
}

/** Connections to backends that flap, through four pickers, while control ejects and takes back. */
function runCourse(seed: number): Course {
  const dice = new Dice(seed);
  const plan = planOf({
    balance: 'random',
    health: null,
    passive: PASSIVE,
    slowStartMs: SLOW_START_MS,
    backends: Array.from({ length: BACKENDS }, () => ({})),
  });
  const plane = new FakePlane(() => CONNECT);
  const table = new UpstreamTable(BACKENDS, SHARDS);
  const facts: Fact[] = [];
  const now = (): number => START + plane.timers.now();
  const upstreams = startUpstreams({
    plan,
    plane,
    tls: NO_TLS,
    table,
    emit: (fact) => facts.push(fact),
    now,
    random: () => 0.5,
  });
  const pickers = Array.from({ length: SHARDS }, (_, shard) => createPicker(plan, table, shard));
  const down = new Set<number>();
  const flapsAt = Array.from({ length: FLAPPING }, () => dice.between(0, 10_000));
  const early = new Array<number>(10).fill(0);
  const allowed = new Array<number>(10).fill(0);
  const returns = new Map<number, number>();
  let [wrong, most, retried, lost, seen] = [0, 0, 0, 0, 0];

  const isOut = (row: number): boolean => table.effectiveHealth(row) === UNHEALTHY;
  const noteReturns = (): void => {
    for (; seen < facts.length; seen++) {
      const fact = facts[seen];
      if (fact?.kind !== 'ejection') continue;
      if (fact.change === 'returned') returns.set(fact.backend, fact.at);
      else returns.delete(fact.backend);
    }
    for (const [row, at] of returns) if (now() - at >= SLOW_START_MS) returns.delete(row);
  };
  const tenthOf = (since: number): number => Math.min(9, Math.floor(((now() - since) * 10) / SLOW_START_MS));
  const connect = (): void => {
    const picker = pickers[dice.between(0, SHARDS - 1)] as (typeof pickers)[number];
    const tried: number[] = [];
    for (let attempt = 0; attempt <= RETRIES_MAX; attempt++) {
      for (const at of returns.values())
        allowed[tenthOf(at)]! +=
          Math.max(0.01, (now() - at) / SLOW_START_MS) / (BACKENDS * (1 - SHARE / 100));
      const row = picker.pick(0, keyOf('10.0.0.1', { random: dice.next(), now: now() }), tried);
      if (isOut(row)) wrong++;
      const since = returns.get(row);
      if (since !== undefined) early[tenthOf(since)]! += 1;
      if (!down.has(row)) {
        picker.connected(row);
        picker.answered(row);
        picker.released(row);
        return;
      }
      picker.failing(row, 'refused');
      picker.failed(row);
      tried.push(row);
      retried++;
    }
    lost++;
  };

  for (let step = 0; step < STEPS; step++) {
    const elapsed = step * STEP_MS;
    const isQuiet = elapsed > (STEPS * STEP_MS) / 2;
    for (const [row, at] of flapsAt.entries()) {
      if (isQuiet) down.delete(row);
      else if (at <= elapsed) {
        if (!down.delete(row)) down.add(row);
        flapsAt[row] = elapsed + dice.between(4000, 16_000);
      }
    }
    for (let row = TOGETHER.from; row < TOGETHER.to; row++) {
      if (elapsed === TOGETHER.downAt) down.add(row);
      if (elapsed === TOGETHER.upAt) down.delete(row);
    }
    plane.advance(STEP_MS);
    noteReturns();
    for (let n = 0; n < CONNECTIONS_A_STEP; n++) connect();
    if (step % 5 === 0) most = Math.max(most, countOut(isOut));
  }
  upstreams.stop();
  return { wrong, most, facts, retried, lost, early, allowed, ejectedAtEnd: countOut(isOut) };
}

function countOut(isOut: (row: number) => boolean): number {
  let out = 0;
  for (let row = 0; row < BACKENDS; row++) if (isOut(row)) out++;
  return out;
}

/** Six standard deviations above what is expected of a count, and a little for small ones. */
function atMost(expected: number): number {
  return expected + 6 * Math.sqrt(expected) + 4;
}

describe(`${BACKENDS} backends that flap and are ejected, seed ${SEED}`, () => {
  let course: Course;
  beforeAll(() => {
    course = runCourse(SEED);
  }, 120_000);

  it('are never picked while they are ejected, and never more of them are than their share', () => {
    expect(course.wrong).toBe(0);
    expect(course.most).toBeLessThanOrEqual((BACKENDS * SHARE) / 100);
    expect(course.most, 'so many go down that the share is reached').toBe((BACKENDS * SHARE) / 100);
  });

  it('lose no connection, which was tried again elsewhere', () => {
    expect(course.retried).toBeGreaterThan(100);
    expect(course.lost).toBe(0);
  });

  it('are told of once for each change: ejected and returned take turns for each of them', () => {
    const last = new Map<number, string>();
    let ejections = 0;
    for (const fact of course.facts) {
      if (fact.kind !== 'ejection' || fact.change === 'withheld') continue;
      expect(fact.change).toBe(last.get(fact.backend) === 'ejected' ? 'returned' : 'ejected');
      last.set(fact.backend, fact.change);
      if (fact.change === 'ejected') ejections++;
    }
    expect(ejections).toBeGreaterThan(150);
  });

  it('get no more than their curve when they come back, however many at once', () => {
    for (const [tenth, expected] of course.allowed.entries())
      expect(course.early[tenth], `tenth ${tenth}`).toBeLessThanOrEqual(atMost(expected));
    expect(course.early.reduce((sum, count) => sum + count)).toBeGreaterThan(20);
  });

  it('are all back when they have been up for as long as the longest ejection', () => {
    expect(course.ejectedAtEnd).toBe(0);
  });
});
