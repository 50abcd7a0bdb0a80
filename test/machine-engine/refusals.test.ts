import { describe, expect, test } from 'vitest';
import {
  type AnyStateMachine,
  assign,
  cancel,
  createMachine,
  emit,
  enqueueActions,
  fromPromise,
  log,
  raise,
  sendParent,
  sendTo,
  spawnChild,
  stateIn,
  stopChild,
} from 'xstate';
import { compileMachine, UnsupportedChart } from '../../src/machine-engine/index.ts';

const work = fromPromise(async () => 1);
const here = 'chart.a.b';

/** A chart with this in the state `chart.a.b`; `c` is beside it. */
function chart(state: object, implementations: object = {}, machine: object = {}): AnyStateMachine {
  return createMachine(
    {
      id: 'chart',
      initial: 'a',
      states: { a: { initial: 'b', states: { b: state, c: {} } } },
      ...machine,
    } as Parameters<typeof createMachine>[0],
    implementations as Parameters<typeof createMachine>[1],
  );
}

const REFUSED: readonly (readonly [feature: string, state: string, machine: () => AnyStateMachine])[] = [
  ['parallel states', here, () => chart({ type: 'parallel', states: { x: {}, y: {} } })],
  ['parallel states', 'chart', () => chart({}, {}, { type: 'parallel', initial: undefined })],
  ['history states', 'chart.a.b.h', () => chart({ initial: 'x', states: { x: {}, h: { type: 'history' } } })],
  ['history states', 'chart.a.b.h', () => chart({ initial: 'x', states: { x: {}, h: { history: 'deep' } } })],
  ['`invoke`', here, () => chart({ invoke: { src: work } })],
  ['`always`', here, () => chart({ always: 'c' })],
  ['`after`', here, () => chart({ after: { 10: 'c' } })],
  ['`route`', here, () => chart({ route: {}, id: here })],
  ['`order`', here, () => chart({ order: 3 })],
  ['`strange`', here, () => chart({ strange: true })],
  ['`options`', 'chart', () => chart({}, {}, { options: { maxIterations: 3 } })],
  ['`delimiter`', 'chart', () => chart({}, {}, { delimiter: '/' })],
  ['`context`', here, () => chart({ context: {} })],
  ['`internal` in a transition on "go"', here, () => chart({ on: { go: { target: 'c', internal: true } } })],
  [
    '`strange` in a transition on "xstate.done.state.chart.a.b"',
    here,
    () => chart({ initial: 'x', states: { x: {} }, onDone: { strange: 1 } }),
  ],
  [
    '`guard` in `initial`',
    here,
    () => chart({ initial: { target: 'x', guard: () => true }, states: { x: {} } }),
  ],
  [
    'several targets in a transition on "go"',
    here,
    () => chart({ on: { go: { target: ['c', '#chart.a'] } } }),
  ],
  [
    'two states with the id "twice"',
    'twice',
    () => chart({ initial: 'x', states: { x: { id: 'twice' }, y: { id: 'twice' } } }),
  ],
  ['a machine without states', 'alone', () => createMachine({ id: 'alone' })],
  ['states in a state of type "final"', here, () => chart({ type: 'final', states: { x: {} } })],
  ['`initial` in a state without states', here, () => chart({ initial: 'x' })],
  ['a compound state without states', here, () => chart({ type: 'compound', initial: 'x' })],
  ['the action "missing", which nobody provided', here, () => chart({ entry: 'missing' })],
  ['the action "missing", which nobody provided', here, () => chart({ exit: [{ type: 'missing' }] })],
  ['the action "missing", which nobody provided', here, () => chart({ on: { go: { actions: 'missing' } } })],
  ['the action "missing", which nobody provided', 'chart', () => chart({}, {}, { exit: 'missing' })],
  [
    'the action "missing", which nobody provided',
    here,
    () => chart({ on: { go: ['c', { actions: 'missing' }] } }),
  ],
  [
    'the guard "missing", which nobody provided',
    here,
    () => chart({ on: { go: ['c', { guard: 'missing' }] } }),
  ],
  ['the guard "missing", which nobody provided', here, () => chart({ on: { go: { guard: 'missing' } } })],
  [
    'the guard "round", which refers to itself',
    here,
    () => chart({ on: { go: { guard: 'round' } } }, { guards: { round: 'about', about: 'round' } }),
  ],
  ['a guard that is a number', here, () => chart({ on: { go: { guard: 7 } } })],
  ['the built-in guard `stateIn`', here, () => chart({ on: { go: { guard: stateIn('a') } } })],
  [
    'computed params of the guard "g"',
    here,
    () => chart({ on: { go: { guard: { type: 'g', params: () => 1 } } } }, { guards: { g: () => true } }),
  ],
  [
    'computed params of the action "x"',
    here,
    () => chart({ entry: { type: 'x', params: () => 1 } }, { actions: { x: () => {} } }),
  ],
  ['the built-in action `raise`', here, () => chart({ entry: raise({ type: 'go' }) })],
  [
    'the built-in action `raise`',
    here,
    () => chart({ entry: 'x' }, { actions: { x: raise({ type: 'go' }) } }),
  ],
  ['the built-in action `sendTo`', here, () => chart({ entry: sendTo('other', { type: 'go' }) })],
  ['the built-in action `sendTo`', here, () => chart({ entry: sendParent({ type: 'go' }) })],
  ['the built-in action `emit`', here, () => chart({ entry: emit({ type: 'go' }) })],
  ['the built-in action `log`', here, () => chart({ entry: log('here') })],
  ['the built-in action `cancel`', here, () => chart({ entry: cancel('timer') })],
  ['the built-in action `spawnChild`', here, () => chart({ entry: spawnChild(work) })],
  ['the built-in action `stopChild`', here, () => chart({ entry: stopChild('child') })],
  ['the built-in action `enqueueActions`', here, () => chart({ entry: enqueueActions(() => {}) })],
];

describe('the compiler refuses, by machine, state and feature', () => {
  test.each(REFUSED)('%s in %s', (feature, state, machine) => {
    const made = machine();
    const refusal = refusalOf(() => compileMachine(made));
    expect({ ...refusal }).toMatchObject({ machine: made.id, state, feature });
    for (const part of [made.id, state, feature]) expect(refusal.message).toContain(part);
  });

  test('nothing of the same chart without what is refused', () => {
    expect(() =>
      compileMachine(chart({ entry: assign({}), on: { go: 'c', stay: undefined } })),
    ).not.toThrow();
  });

  test('a compiled chart refuses `spawn` when an assign or the context asks for it', () => {
    const spawning = chart(
      {},
      {},
      { context: ({ spawn }: { spawn: (src: unknown) => unknown }) => ({ child: spawn(work) }) },
    );
    const logic = compileMachine(spawning);
    const snapshot = logic.getInitialSnapshot(
      {} as Parameters<typeof logic.getInitialSnapshot>[0],
      undefined,
    );
    expect(snapshot.status).toBe('error');
    expect(String(snapshot.error)).toContain('spawn');
  });
});

function refusalOf(run: () => unknown): UnsupportedChart {
  try {
    run();
  } catch (error) {
    if (error instanceof UnsupportedChart) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
