import { beforeAll, describe, expect, it } from 'vitest';
import { BALANCE_POLICIES, type BalancePolicy } from '../../src/core/plan.ts';
import { HEALTHY, UNHEALTHY, UpstreamTable } from '../../src/core/upstream-table.ts';
import { createPicker } from '../../src/upstream/index.ts';
import { keyOf, planOf } from '../upstream/plans.ts';
import { Dice } from './dice.ts';

const BACKENDS = 1000;
const SHARDS = 4;
const CONNECTIONS = 15_000;
/** From one connection to the next, so that the whole is a minute. */
const STEP_MS = 4;
const SLOW_START_MS = 10_000;
const CONNECT_TIMEOUT_MS = 1000;
/** Takes no connection, and its probe does not notice. */
const BLACK_HOLE = 7;
/** Go down and come back all the time; those after them go down together once and come back at the same moment. */
const FLAPPING = { from: 100, to: 150 };
const TOGETHER = { from: 200, to: 400, downAt: 15_000, upAt: 24_000 };

const SEED = Number(process.env['SLUICE_SEED'] ?? 1);

interface Course {
  /** Picks by row. */
  readonly picks: number[];
  readonly retries: number;
  /** Picks of a backend that was known to be down, and again of one that had just failed. */
  readonly wrong: number;
  /** By row: picks in slow starts, and what the curve allows of them. */
  readonly early: number[];
  readonly allowed: number[];
  /** Picks of those that came back together, by tenth of their slow start, and what the curve allows. */
  readonly herd: { readonly picks: number[]; readonly allowed: number[] };
}

function runCourse(balance: BalancePolicy, seed: number): Course {
  const dice = new Dice(seed);
  const backends = Array.from({ length: BACKENDS }, () => ({}));
  const plan = planOf({ balance, slowStartMs: SLOW_START_MS, hash: { tableSize: 65_537 }, backends });
  const table = new UpstreamTable(BACKENDS, SHARDS);
  for (const { row, weight } of plan.backends) {
    table.setWeight(row, weight);
    table.setHealth(row, HEALTHY);
  }
  const pickers = Array.from({ length: SHARDS }, (_, shard) => createPicker(plan, table, shard));
  const zeros = (length: number) => new Array<number>(length).fill(0);
  const [picks, early, allowed] = [zeros(BACKENDS), zeros(BACKENDS), zeros(BACKENDS)];
  const herd = { picks: zeros(10), allowed: zeros(10) };
  const up = new Set(Array.from({ length: BACKENDS }, (_, row) => row));
  const cameBack = new Map<number, number>();
  const flapsAt = new Map<number, number>();
  for (let row = FLAPPING.from; row < FLAPPING.to; row++) flapsAt.set(row, dice.between(0, 10_000));
  const agenda: { at: number; act: (now: number) => void }[] = [];
  const start = 1_700_000_000_000;
  let [retries, wrong] = [0, 0];

  const turn = (row: number, now: number): void => {
    if (up.delete(row)) {
      table.setHealth(row, UNHEALTHY);
      cameBack.delete(row);
      return;
    }
    up.add(row);
    table.setReturned(row, now);
    table.setHealth(row, HEALTHY);
    cameBack.set(row, now);
  };
  const dial = (shard: number, source: string, tried: number[], now: number): void => {
    for (const [row, since] of cameBack) {
      if (now - since >= SLOW_START_MS) cameBack.delete(row);
      else {
        const share = Math.max(0.01, (now - since) / SLOW_START_MS) / (up.size - tried.length);
        allowed[row]! += share;
        if (isTogether(row)) herd.allowed[Math.floor(((now - since) * 10) / SLOW_START_MS)]! += share;
      }
    }
    const picker = pickers[shard] as (typeof pickers)[number];
    const row = picker.pick(0, keyOf(source, { random: dice.next(), now }), tried);
    if (!up.has(row) || tried.includes(row)) wrong++;
    picks[row]! += 1;
    const since = cameBack.get(row);
    if (since !== undefined) {
      early[row]! += 1;
      if (isTogether(row)) herd.picks[Math.floor(((now - since) * 10) / SLOW_START_MS)]! += 1;
    }
    if (row === BLACK_HOLE) {
      agenda.push({
        at: now + CONNECT_TIMEOUT_MS,
        act: (later) => {
          retries++;
          picker.penalised(row);
          picker.failed(row);
          dial(shard, source, [...tried, row], later);
        },
      });
      return;
    }
    picker.connected(row);
    picker.measured(row, 1 + (row % 5) + dice.next());
    agenda.push({ at: now + dice.between(10, 2000), act: () => picker.released(row) });
  };

  for (let n = 0; n < CONNECTIONS; n++) {
    const now = start + n * STEP_MS;
    for (const entry of agenda.filter(({ at }) => at <= now)) {
      agenda.splice(agenda.indexOf(entry), 1);
      entry.act(now);
    }
    for (const [row, at] of flapsAt) {
      if (start + at > now) continue;
      turn(row, now);
      flapsAt.set(row, at + dice.between(2000, 12_000));
    }
    const elapsed = n * STEP_MS;
    if (elapsed === TOGETHER.downAt || elapsed === TOGETHER.upAt)
      for (let row = TOGETHER.from; row < TOGETHER.to; row++) turn(row, now);
    dial(dice.between(0, SHARDS - 1), `10.${dice.between(0, 255)}.${dice.between(0, 255)}.1`, [], now);
  }
  return { picks, retries, wrong, early, allowed, herd };
}

function isTogether(row: number): boolean {
  return row >= TOGETHER.from && row < TOGETHER.to;
}

/** Six standard deviations above what is expected of a count, and a little for small ones. */
function most(expected: number): number {
  return expected + 6 * Math.sqrt(expected) + 4;
}

/** `ip_hash` and `weighted_round_robin` are other names. */
const POLICIES = BALANCE_POLICIES.filter((name) => name !== 'ip_hash' && name !== 'weighted_round_robin');

describe.each(POLICIES)(`${BACKENDS} backends under %s, seed ${SEED}`, (balance) => {
  let course: Course;
  beforeAll(() => {
    course = runCourse(balance, SEED);
  }, 60_000);

  it('are never picked when they are known to be down, nor again where they have just failed', () => {
    expect(course.wrong).toBe(0);
    expect(course.retries).toBeGreaterThan(0);
  });

  it('get no more than their curve when they come back, many at once included', () => {
    for (const [row, expected] of course.allowed.entries())
      expect(course.early[row], `backend ${row}`).toBeLessThanOrEqual(most(expected));
    for (const [tenth, expected] of course.herd.allowed.entries())
      expect(course.herd.picks[tenth], `tenth ${tenth}`).toBeLessThanOrEqual(most(expected));
    expect(course.herd.picks.reduce((sum, count) => sum + count)).toBeGreaterThan(100);
  });

  it('are not starved, and the black hole takes no more than its part', () => {
    const steady = course.picks.filter((_, row) => row > BLACK_HOLE && row < FLAPPING.from);
    expect(Math.min(...steady)).toBeGreaterThan(0);
    expect(course.picks[BLACK_HOLE]).toBeLessThanOrEqual(most((CONNECTIONS / BACKENDS) * 1.25));
  });
});
