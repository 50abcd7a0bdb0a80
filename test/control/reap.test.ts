import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lostConnection, reapShard, repairTotals } from '../../src/control/reap.ts';
import { closeReasonIndex } from '../../src/core/close-reason.ts';
import { LISTENERS_MAX } from '../../src/core/plan.ts';
import { SHARD_WORDS, type ShardWord, writeWord } from '../../src/core/shard-words.ts';
import { STATES, stateIndex } from '../../src/core/state.ts';
import { COUNTERS } from '../../src/shard-counters.ts';
import {
  allocateRegions,
  countersOf,
  createPlaces,
  upstreamTableOf,
  wordsOf,
} from '../../src/shared-memory/index.ts';
import { planOf as connectionPlan } from '../connection/plan.ts';
import { openedFact } from './facts.ts';

const allocate = () => allocateRegions({ shards: 2, connections: 10, countersLength: COUNTERS.length });
const FAILED = closeReasonIndex('shard-failed');
const FIN = closeReasonIndex('client-fin');
const CLOSED = stateIndex('closed');

describe('reaping a dead shard', () => {
  test('closes what was accepted and not closed, in every slot that a plan can have, and no other cell changes', () => {
    const anyListeners = fc.uniqueArray(
      fc.record({ index: fc.nat(LISTENERS_MAX - 1), live: fc.nat(5), ended: fc.integer({ min: 1, max: 5 }) }),
      { selector: ({ index }) => index, maxLength: 5 },
    );
    const regions = allocate();
    const cells = countersOf(regions, 1);
    fc.assert(
      fc.property(anyListeners, (listeners) => {
        cells.fill(0);
        cells[COUNTERS.taken(0, 3)] = 7;
        for (const { index, live, ended } of listeners) {
          cells[COUNTERS.accepted(index)] = live + ended;
          cells[COUNTERS.closed(index, FIN)] = ended;
          cells[COUNTERS.state(index, stateIndex('streaming'))] = live;
          cells[COUNTERS.waiting(index)] = 1;
          cells[COUNTERS.mirrors(index, 'open')] = 1;
          cells[COUNTERS.mirrors(index, 'waiting')] = 1000;
          cells[COUNTERS.mirrors(index, 'bytes')] = 5000;
          cells[COUNTERS.bytes(index, 0)] = 100;
        }
        const expected = cells.slice();
        for (const { index, live } of listeners) {
          expected[COUNTERS.state(index, stateIndex('streaming'))] = 0;
          expected[COUNTERS.waiting(index)] = 0;
          expected[COUNTERS.mirrors(index, 'open')] = 0;
          expected[COUNTERS.mirrors(index, 'waiting')] = 0;
          expected[COUNTERS.closed(index, FAILED)] = live;
          expected[COUNTERS.transition(index, CLOSED)] = live;
        }
        const lost = listeners.reduce((sum, { live }) => sum + live, 0);
        expect(reapShard(regions, 1)).toBe(lost);
        expect(cells.findIndex((value, cell) => value !== expected[cell])).toBe(-1);
        expect(reapShard(regions, 1), 'nothing is left to reap').toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  test('gives back its places and its load, clears its words, and leaves the other shard as it was', () => {
    const regions = allocate();
    const plan = connectionPlan({ limits: { connections: 3, connectionsPerIp: 2 }, connections: 3 });
    const [mine, dead] = [0, 1].map((shard) => createPlaces(regions, shard, () => 0));
    expect(mine?.reserve(plan, 0, '192.0.2.1')).toBeNull();
    expect(dead?.reserve(plan, 0, '192.0.2.1')).toBeNull();
    expect(dead?.reserve(plan, 0, '192.0.2.2')).toBeNull();
    expect(mine?.reserve(plan, 0, '192.0.2.3'), 'all three places are taken').not.toBeNull();
    for (const word of Object.keys(SHARD_WORDS) as ShardWord[]) {
      writeWord(wordsOf(regions, 1), word, 5);
      writeWord(wordsOf(regions, 0), word, 6);
    }
    reapShard(regions, 1);
    expect(repairTotals(regions)).toBe(true);
    expect(mine?.reserve(plan, 0, '192.0.2.1')).toBeNull();
    expect(mine?.reserve(plan, 0, '192.0.2.1'), 'its own places still count').toBe('connections_per_ip');
    expect(mine?.reserve(plan, 0, '192.0.2.2')).toBeNull();
    expect(upstreamTableOf(regions).load(0)).toBe(0);
    const words = wordsOf(regions, 1);
    const left = Object.fromEntries(Object.entries(SHARD_WORDS).map(([name, at]) => [name, words[at]]));
    expect(left).toEqual({
      BEAT: 0,
      VERSION: 0,
      OLDEST: 0,
      CONNECTIONS: 0,
      DESCRIPTORS: 0,
      DETAIL: 5,
      GONE: 1,
    });
    expect([...wordsOf(regions, 0)].slice(0, Object.keys(SHARD_WORDS).length)).toEqual(
      Object.keys(SHARD_WORDS).map(() => 6),
    );
  });

  test('a lost connection is told with what is known of it', () => {
    const trace = { spanId: '1'.repeat(16), parentSpanId: '2'.repeat(16), sampled: false };
    const opened = openedFact({ connection: 5, listener: 2, at: 100, ...trace });
    expect(lostConnection(opened, 250)).toMatchObject({
      kind: 'closed',
      at: 250,
      opened: 100,
      connection: 5,
      listener: 2,
      reason: 'shard-failed',
      during: null,
      ...trace,
      traceId: opened.traceId,
    });
  });
});

/** The states are named so that the property above cannot miss one that a new chart brings. */
test('every state of a listener is cleared', () => {
  const regions = allocate();
  const cells = countersOf(regions, 0);
  cells[COUNTERS.accepted(0)] = STATES.length;
  for (const [state] of STATES.entries()) cells[COUNTERS.state(0, state)] = 1;
  reapShard(regions, 0);
  for (const [state] of STATES.entries()) expect(cells[COUNTERS.state(0, state)]).toBe(0);
});
