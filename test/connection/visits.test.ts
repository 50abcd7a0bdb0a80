import { describe, expect, test } from 'vitest';
import { Visits } from '../../src/connection/visits.ts';

describe('visits', () => {
  test('are those of the states that were left, each until the next was entered', () => {
    const visits = new Visits();
    visits.enter('accepting', 10.25);
    visits.enter('dialing', 12.5);
    visits.enter('dialing', 13);
    visits.enter('closed', 20);
    expect(visits.left).toEqual([
      { state: 'accepting', from: 10.25, to: 12.5 },
      { state: 'dialing', from: 12.5, to: 13 },
      { state: 'dialing', from: 13, to: 20 },
    ]);
  });

  test('are none before a second state was entered, and then the first is the previous one', () => {
    const visits = new Visits();
    expect([visits.hasBegun, visits.previous, visits.left]).toEqual([false, null, []]);
    visits.enter('accepting', 1);
    expect([visits.hasBegun, visits.previous, visits.left]).toEqual([true, null, []]);
    visits.enter('sniffing', 2);
    expect(visits.previous).toBe('accepting');
  });
});
