import { describe, expect, it } from 'vitest';
import { type AnyEventObject, createActor, createMachine } from 'xstate';
import type { ConnectionContext } from '../../machines/connection.ts';
import { compileMachine, countInterpreted, transitionsOf } from '../../src/machine-engine/index.ts';
import { Dice } from '../simulation/dice.ts';
import { chart, EVENTS, INPUT } from './connection-chart.ts';

const WALKS = 2_000;
const WALK_STEPS_MAX = 12;

/** Every step in it is a kind of its own: inside of its state, back to it, out of it, none, by a parent, by being done. */
const kinds = createMachine({
  id: 'kinds',
  initial: 'a',
  on: { leave: '.b' },
  states: {
    a: {
      initial: 'one',
      on: { again: { target: 'a', reenter: true }, inner: '.two', note: {}, leave: { guard: () => false } },
      onDone: 'b',
      states: { one: { on: { step: 'two' } }, two: { on: { end: 'three' } }, three: { type: 'final' } },
    },
    b: {},
  },
});

/** The transitions of `kinds` that were taken, as `from event to`. */
function takenIn(events: readonly string[]): string[] {
  const all = transitionsOf(kinds);
  const taken = new Float64Array(all.length);
  const actor = createActor(compileMachine(kinds, { cells: taken })).start();
  for (const type of events) actor.send({ type });
  return all.flatMap(({ from, event, to, within }, index) =>
    Array(taken[index]).fill(
      `${from.join('.')} ${event} ${to?.join('.') ?? '-'} within ${within.join('.') || 'all'}`,
    ),
  );
}

describe('the transitions of a chart', () => {
  it('are counted one by one, with what each leaves and enters', () => {
    expect(takenIn(['note'])).toEqual(['a.one note - within a.one']);
    expect(takenIn(['again'])).toEqual(['a.one again a.one within all']);
    expect(takenIn(['inner'])).toEqual(['a.one inner a.two within a']);
    expect(takenIn(['step', 'nothing of this name'])).toEqual(['a.one step a.two within a']);
    expect(takenIn(['leave', 'leave'])).toEqual(['a.one leave b within all', 'b leave b within all']);
  });

  it('are counted too where a state is left for being done', () => {
    expect(takenIn(['inner', 'end'])).toEqual([
      'a.one inner a.two within a',
      'a.two end a.three within a',
      'a.three xstate.done.state.kinds.a b within all',
    ]);
  });

  it('do not count in memory of another length', () => {
    expect(() => compileMachine(kinds, { cells: new Float64Array(1) })).toThrow(
      new RangeError(`1 cells for the ${transitionsOf(kinds).length} transitions of machine "kinds"`),
    );
  });

  it('of a connection are counted alike by both engines, whatever comes', () => {
    const width = transitionsOf(chart).length;
    const cells = [0, 1].map(() => new Float64Array(2 * width));
    const [compiled, interpreted] = cells as [Float64Array, Float64Array];
    const engines = [
      compileMachine(chart, { cells: compiled, lineOf: ({ listener }: ConnectionContext) => listener }),
      countInterpreted(chart, { cells: interpreted, lineOf: ({ listener }: ConnectionContext) => listener }),
    ];
    const dice = new Dice(7);
    for (let walk = 0; walk < WALKS; walk++) {
      const listener = walk % 2;
      const actors = engines.map((logic) => createActor(logic, { input: { ...INPUT, listener } }).start());
      for (let step = 0; step < WALK_STEPS_MAX; step++) {
        const event = EVENTS[dice.between(0, EVENTS.length - 1)] as AnyEventObject;
        for (const actor of actors)
          if (actor.getSnapshot().status === 'active') actor.send(event as (typeof EVENTS)[number]);
      }
    }
    expect([...interpreted]).toEqual([...compiled]);
    for (const listener of [0, 1]) {
      const line = compiled.subarray(listener * width, (listener + 1) * width);
      expect(line.reduce((sum, taken) => sum + taken, 0)).toBeGreaterThan(WALKS / 2);
    }
  });
});
