import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Admission } from '../../src/core/admission.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { SharedRegions } from '../../src/core/regions.ts';
import { createPlaces, reapPlaces, repairPlaces } from '../../src/shared-memory/index.ts';
import { dieAtWrite } from './interrupting.ts';
import { planOf } from './plans.ts';
import { NOTHING, regionsFor, taken } from './state.ts';

function shardsOf(count: number, clock = { ms: 0 }) {
  const regions = regionsFor(count);
  const shards = Array.from({ length: count }, (_, shard) => createPlaces(regions, shard, () => clock.ms));
  return { regions, clock, shards, a: shards[0] as Admission, b: shards[1] as Admission };
}

describe('a place', () => {
  test.each([
    ['process', planOf(2, {})],
    ['connections', planOf(9, { connections: 2 })],
    ['connections_per_ip', planOf(9, { connectionsPerIp: 2 })],
    ['accept_rate', planOf(9, { acceptRate: 2 })],
  ] as const)('is refused for %s where the others have taken them, and nothing is taken', (limit, plan) => {
    const { regions, a, b } = shardsOf(2);
    expect([a.reserve(plan, 0, 'x'), b.reserve(plan, 0, 'x')]).toEqual([null, null]);
    const before = taken(regions);
    expect([a.reserve(plan, 0, 'x'), b.reserve(plan, 0, 'x')]).toEqual([limit, limit]);
    expect(taken(regions)).toEqual(before);
    expect([a.reserved, b.reserved]).toEqual([1, 1]);
  });

  test('is refused for the first of: process, connections, connections_per_ip, accept_rate', () => {
    const limits = { connections: 1, connectionsPerIp: 1, acceptRate: 1 };
    const { a } = shardsOf(1);
    expect(a.reserve(planOf(1, limits), 0, 'x')).toBeNull();
    const refusal = (process: number, changes: object) =>
      a.reserve(planOf(process, { ...limits, ...changes }), 0, 'x');
    expect(refusal(1, {})).toBe('process');
    expect(refusal(2, {})).toBe('connections');
    expect(refusal(2, { connections: 2 })).toBe('connections_per_ip');
    expect(refusal(2, { connections: 2, connectionsPerIp: 2 })).toBe('accept_rate');
    expect(refusal(2, { connections: 2, connectionsPerIp: 2, acceptRate: 0 })).toBeNull();
  });

  test('costs none of the accept rate where it is refused', () => {
    const { a } = shardsOf(1);
    const plan = planOf(9, { connectionsPerIp: 1, acceptRate: 2 });
    expect(a.reserve(plan, 0, 'x')).toBeNull();
    for (let attempt = 0; attempt < 9; attempt++) expect(a.reserve(plan, 0, 'x')).toBe('connections_per_ip');
    expect(a.reserve(plan, 0, 'y')).toBeNull();
  });

  test('in the queue of a listener is counted over all shards, and a dead shard gives its places back', () => {
    const { regions, a, b } = shardsOf(2);
    const plan = planOf(9, { waitingMax: 2 }, { waitingMax: 0 });
    expect([a.enterQueue(plan, 0), b.enterQueue(plan, 0)]).toEqual([true, true]);
    expect([a.enterQueue(plan, 0), b.enterQueue(plan, 0), a.enterQueue(plan, 1)]).toEqual([
      false,
      false,
      false,
    ]);
    b.leaveQueue(0);
    expect([a.enterQueue(plan, 0), b.enterQueue(plan, 0)]).toEqual([true, false]);
    expect(() => b.leaveQueue(0)).toThrow(RangeError);
    expect(a.reserved, 'who waits holds no place').toBe(0);
    reapPlaces(regions, 0);
    expect([b.enterQueue(plan, 0), b.enterQueue(plan, 0), b.enterQueue(plan, 0)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('says how long the accept rate keeps it, and nothing where there is none', () => {
    const { a, b, clock } = shardsOf(2);
    const plan = planOf(9, { acceptRate: 1 }, {});
    expect(a.reserve(plan, 0, 'x')).toBeNull();
    expect([b.rateWaitMs(plan, 0), b.rateWaitMs(plan, 1)]).toEqual([1000, 0]);
    clock.ms += 1000;
    expect([b.rateWaitMs(plan, 0), b.reserve(plan, 0, 'x')]).toEqual([0, null]);
  });

  test('is given back once, by the shard that has it, for the client that had it', () => {
    const { regions, a, b } = shardsOf(2);
    const plan = planOf(9, { connectionsPerIp: 2 }, {});
    a.reserve(plan, 0, 'x');
    const before = taken(regions);
    expect(() => b.release(plan, 0, 'x')).toThrow('shard 1 has no such place of listener 0');
    expect(() => a.release(plan, 0, 'y')).toThrow(RangeError);
    expect(() => a.release(plan, 1, 'x')).toThrow(RangeError);
    expect(taken(regions)).toEqual(before);
    a.release(plan, 0, 'x');
    expect(() => a.release(plan, 0, 'x')).toThrow(RangeError);
    expect(taken(regions)).toEqual(NOTHING);
  });

  test('of a listener that the plan has not is an error', () => {
    const { regions, a } = shardsOf(1);
    const plan = planOf(9, {});
    expect(() => a.reserve(plan, 1, 'x')).toThrow('the plan has no listener 1, it has 1');
    expect(() => a.release(plan, -1, 'x')).toThrow(RangeError);
    expect(() => a.rateWaitMs(plan, 1)).toThrow(RangeError);
    expect(taken(regions)).toEqual(NOTHING);
  });

  test('is counted under a later plan, and given back under its own', () => {
    const { regions, a, b } = shardsOf(2);
    const old = planOf(9, { connections: 3 });
    const now = planOf(9, { connections: 2, connectionsPerIp: 1 });
    for (const client of ['x', 'y', 'z']) a.reserve(old, 0, client);
    expect(b.reserve(now, 0, 'x')).toBe('connections');
    a.release(old, 0, 'x');
    a.release(old, 0, 'y');
    expect([b.reserve(now, 0, 'x'), b.reserve(now, 0, 'x')]).toEqual([null, 'connections']);
    a.release(old, 0, 'z');
    expect(b.reserve(now, 0, 'x')).toBe('connections_per_ip');
    b.release(now, 0, 'x');
    expect(taken(regions)).toEqual(NOTHING);
  });
});

describe('places under any history of several shards', () => {
  const SHARDS = 3;
  const plan = planOf(
    7,
    { connections: 4, connectionsPerIp: 2 },
    { connections: 5 },
    { connectionsPerIp: 3 },
  );
  const step = fc.record({
    shard: fc.nat({ max: SHARDS - 1 }),
    listener: fc.nat({ max: 2 }),
    client: fc.constantFrom('', '192.0.2.1', '2001:db8::1'),
    act: fc.constantFrom('reserve', 'reserve', 'release', 'die'),
  });

  test('are those of a plain list of who has one', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { regions, shards } = shardsOf(SHARDS);
        let list: { shard: number; listener: number; client: string }[] = [];
        for (const { shard, listener, client, act } of steps) {
          const places = shards[shard] as Admission;
          if (act === 'reserve') {
            const expected = refusalOf(plan, list, listener, client);
            expect(places.reserve(plan, listener, client)).toBe(expected);
            if (expected === null) list.push({ shard, listener, client });
          } else if (act === 'release') {
            const at = list.findIndex(
              (one) => one.shard === shard && one.listener === listener && one.client === client,
            );
            if (at < 0) continue;
            places.release(plan, listener, client);
            list.splice(at, 1);
          } else {
            expect(reapPlaces(regions, shard)).toBe(true);
            list = list.filter((one) => one.shard !== shard);
          }
          expect(places.reserved).toBe(list.filter((one) => one.shard === shard).length);
        }
        for (const { shard, listener, client } of list) shards[shard]?.release(plan, listener, client);
        expect(taken(regions)).toEqual(NOTHING);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a shard that dies at any write to shared memory', () => {
  const plan = planOf(5, { connections: 4, connectionsPerIp: 3, acceptRate: 1000 }, { connectionsPerIp: 1 });

  /** What it does: takes, is refused, gives back. */
  function live(places: Admission): void {
    places.reserve(plan, 0, 'x');
    places.reserve(plan, 0, 'y');
    places.reserve(plan, 1, 'x');
    places.reserve(plan, 1, 'x');
    places.release(plan, 0, 'x');
    places.reserve(plan, 0, 'x');
    places.release(plan, 1, 'x');
  }

  test.each(['before', 'after'] as const)(
    'loses what it had and nothing else, dying %s the write',
    (when) => {
      let deaths = 0;
      for (let write = 1; ; write++) {
        const { regions, a, b } = shardsOf(2);
        b.reserve(plan, 0, 'x');
        const before = taken(regions);
        if (!dieAtWrite(write, when, () => live(a))) break;
        deaths++;
        expect(reapPlaces(regions, 0)).toBe(true);
        expect(taken(regions)).toEqual(before);
        expect(a.reserved).toBe(0);
        b.release(plan, 0, 'x');
        expect(taken(regions)).toEqual(NOTHING);
      }
      expect(deaths).toBeGreaterThan(50);
    },
  );

  test('while another died and is not reaped yet, is put right by repair once that one is', () => {
    const { regions, a, b } = shardsOf(2);
    dieInsideStep(regions, a);
    dieInsideStep(regions, b);
    expect(reapPlaces(regions, 0)).toBe(false);
    expect(repairPlaces(regions)).toBe(false);
    expect(reapPlaces(regions, 1)).toBe(true);
    expect(taken(regions)).toEqual(NOTHING);
  });

  /** The second write of a reservation without a client is the compare-and-exchange of a total. */
  function dieInsideStep(regions: SharedRegions, places: Admission): void {
    const before = taken(regions).process;
    expect(dieAtWrite(2, 'after', () => places.reserve(planOf(9, {}), 0, 'x'))).toBe(true);
    expect(taken(regions).process).toBe(before + 1);
  }
});

/** The limits, in their order, over a plain list. */
function refusalOf(
  plan: Plan,
  list: readonly { listener: number; client: string }[],
  listener: number,
  client: string,
): string | null {
  const limits = plan.listeners[listener]!.limits;
  const ofListener = list.filter((one) => one.listener === listener);
  const ofClient = ofListener.filter((one) => one.client === client).length;
  if (list.length >= plan.limits.connections.value) return 'process';
  if (limits.connections > 0 && ofListener.length >= limits.connections) return 'connections';
  if (limits.connectionsPerIp > 0 && ofClient >= limits.connectionsPerIp) return 'connections_per_ip';
  return null;
}
