import { beforeEach, describe, expect, test } from 'vitest';
import { WaitingRoom } from '../../src/connection/index.ts';
import type { Admission } from '../../src/core/admission.ts';
import type { Plan } from '../../src/core/plan.ts';
import { allocateRegions, createPlaces, createTurns } from '../../src/shared-memory/index.ts';
import { LISTEN, type PlanPieces, planOf, withListeners } from './plan.ts';

const CROWD = 1000;

let plan: Plan;
let places: Admission;
let room: WaitingRoom;
/** Attempts to get a place. */
let attempts: number;
/** Listeners of those who were let in, in order. */
let entered: number[];

beforeEach(() => {
  attempts = 0;
  entered = [];
});

/** The waiting room of a shard that is alone. */
function open(pieces: PlanPieces, listeners = 1): void {
  const other = (index: number) => ({ name: `l${index}`, listen: { ...LISTEN, port: 80 + index } });
  plan = withListeners(planOf(pieces), ...Array.from({ length: listeners }, (_, index) => other(index)));
  const regions = allocateRegions({ shards: 1, connections: 100, countersLength: 1, ringBytes: 1024 });
  places = createPlaces(regions, 0, () => 0);
  const admission: Admission = {
    reserve: (...args) => {
      attempts++;
      return places.reserve(...args);
    },
    release: (...args) => places.release(...args),
    rateWaitMs: (...args) => places.rateWaitMs(...args),
    enterQueue: (...args) => places.enterQueue(...args),
    leaveQueue: (listener) => places.leaveQueue(listener),
    reserved: 0,
  };
  room = new WaitingRoom({
    admission,
    turns: createTurns(regions, 0, () => {}),
    timers: { epoch: 0, now: () => 0, after: () => ({ cancel: () => {} }) },
    changed: () => {},
  });
}

function wait(clientHost: string, index = 0): void {
  const granted = (): void => void entered.push(index);
  const defect = (error: unknown): never => {
    throw error;
  };
  expect(room.add({ limitedBy: plan, listener: { index }, clientHost, granted, defect })).toBe(true);
}

function leave(clientHost: string, index = 0): void {
  places.release(plan, index, clientHost);
  room.freed(index, clientHost);
}

describe('the waiting room: what a crowd costs the others', () => {
  test('a crowd of one client without a place is not tried for each connection of another client', () => {
    open({ limits: { connectionsPerIp: 1, onLimit: 'wait', waitingMax: CROWD } });
    places.reserve(plan, 0, 'greedy');
    for (let i = 0; i < CROWD; i++) wait('greedy');
    expect(attempts, 'the first one of the client stands for all').toBe(1);
    for (let i = 0; i < 100; i++) {
      room.grant();
      places.reserve(plan, 0, 'other');
      leave('other');
    }
    expect(attempts).toBe(1);
    leave('greedy');
    expect([entered.length, attempts], 'one of them got the place, the next was tried').toEqual([1, 3]);
    room.retry();
    expect(attempts, 'a poll tries one of them').toBe(4);
  });

  test('those of a client that get several places at once all get in, in spite of that', () => {
    open({ limits: { connectionsPerIp: 3, onLimit: 'wait', waitingMax: CROWD } });
    for (let i = 0; i < 3; i++) places.reserve(plan, 0, 'greedy');
    for (let i = 0; i < 5; i++) wait('greedy');
    for (let i = 0; i < 3; i++) places.release(plan, 0, 'greedy');
    room.retry();
    expect([entered.length, room.size]).toEqual([3, 2]);
  });

  test('listeners take turns where a place of the process is what their clients wait for', () => {
    open({ connections: 1, limits: { onLimit: 'wait' } }, 3);
    places.reserve(plan, 0, 'a');
    for (let i = 0; i < 4; i++) for (const listener of [0, 1, 2]) wait('a', listener);
    leave('a', 0);
    for (let i = 0; i < 11; i++) leave('a', entered.at(-1));
    expect(entered).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
  });
});
