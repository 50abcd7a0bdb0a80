import { describe, expect, it } from 'vitest';
import { EVENTS_MAX, EventLog } from '../../dashboard/src/event-log.ts';
import { Tail } from '../../dashboard/src/tail.ts';

function filled(count: number): EventLog<number> {
  const log = new EventLog<number>();
  for (let event = 0; event < count; event++) log.take(event);
  return log;
}

describe('the end of a list', () => {
  it('has the newest first and forgets the oldest', () => {
    const tail = new Tail<number>(3);
    for (const item of [1, 2, 3, 4, 5]) tail.push(item);
    expect([0, 1, 2, 3, -1].map((index) => tail.at(index))).toEqual([5, 4, 3, null, null]);
    expect([tail.length, tail.gone]).toEqual([3, 2]);
  });

  it('begins anew when it was cleared', () => {
    const tail = new Tail<number>(3);
    for (const item of [1, 2, 3, 4]) tail.push(item);
    tail.clear();
    tail.push(9);
    expect([tail.at(0), tail.at(1), tail.length, tail.gone]).toEqual([9, null, 1, 0]);
  });
});

describe('the log of events', () => {
  it('keeps the last ones, and says how many it does not', () => {
    const log = filled(EVENTS_MAX + 100);
    expect([log.came, log.shown.length, log.gone]).toEqual([EVENTS_MAX + 100, EVENTS_MAX, 100]);
    expect(log.shown.at(0)).toBe(EVENTS_MAX + 99);
  });

  it('stays as it is while it is held, and goes on with what waited', () => {
    const log = filled(3);
    log.hold(true);
    log.take(3);
    log.take(4);
    expect([log.shown.at(0), log.waiting]).toEqual([2, 2]);
    log.hold(false);
    expect([log.shown.at(0), log.shown.at(1), log.shown.at(2), log.waiting]).toEqual([4, 3, 2, 0]);
  });

  it('counts what it could not keep while it was held', () => {
    const log = filled(10);
    log.hold(true);
    for (let event = 0; event < EVENTS_MAX + 7; event++) log.take(event);
    expect(log.gone).toBe(7);
    log.hold(false);
    expect([log.came, log.shown.length, log.gone]).toEqual([EVENTS_MAX + 17, EVENTS_MAX, 17]);
  });
});
