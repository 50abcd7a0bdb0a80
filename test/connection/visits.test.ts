import { describe, expect, test } from 'vitest';
import { Visits } from '../../src/connection/visits.ts';
import { stateIndex } from '../../src/core/state.ts';

describe('visits', () => {
  test('are those of the states that were left, each until the next was entered', () => {
    const visits = new Visits();
    visits.enter(stateIndex('accepting'), 10.25);
    visits.enter(stateIndex('dialing'), 12.5);
    visits.enter(stateIndex('dialing'), 13);
    visits.enter(stateIndex('closed'), 20);
    expect(visits.left).toEqual([
      { state: 'accepting', from: 10.25, to: 12.5 },
      { state: 'dialing', from: 12.5, to: 13 },
      { state: 'dialing', from: 13, to: 20 },
    ]);
  });

  test('are none before a second state was entered, and then the first is the previous one', () => {
    const visits = new Visits();
    expect([visits.present, visits.previous, visits.left]).toEqual([-1, null, []]);
    visits.enter(stateIndex('accepting'), 1);
    expect([visits.present, visits.previous, visits.left]).toEqual([stateIndex('accepting'), null, []]);
    visits.enter(stateIndex('sniffing'), 2);
    expect(visits.previous).toBe('accepting');
  });
});
