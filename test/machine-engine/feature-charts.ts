import {
  type AnyEventObject,
  type AnyStateMachine,
  and,
  assign,
  createMachine,
  not,
  or,
  setup,
} from 'xstate';
import { calls } from './engines.ts';
import { type Args, ask, note, noted } from './notes.ts';

const chart = setup({
  types: { context: {} as { n: number; last?: string }, events: {} as AnyEventObject },
  actions: {
    act: note('act'),
    add: assign(({ context }, { by }: { by: number }) => ({ n: context.n + by })),
    addOne: assign({ n: ({ context }) => context.n + 1 }),
    setLast: assign({ last: ({ event }) => event.type, n: 7 }),
    nothing: assign({}),
  },
  guards: {
    even: ask('even', ({ context }) => context.n % 2 === 0),
    above: ask('above', ({ context }, params) => context.n > (params as { floor: number }).floor),
    never: ask('never', () => false),
    evenAndAbove: and(['even', { type: 'above', params: { floor: 1 } }]),
  },
});

/** One small chart for each feature that the engine supports. Each is run over random sequences of its own events. */
export const FEATURES: Readonly<Record<string, AnyStateMachine>> = {
  'entry, exit and order of actions over three floors': chart.createMachine({
    context: { n: 0 },
    initial: 'a',
    ...noted('root'),
    states: {
      a: {
        initial: 'x',
        ...noted('a'),
        on: { out: { target: 'b', actions: note('out') } },
        states: {
          x: {
            initial: 'deep',
            ...noted('x'),
            states: { deep: { ...noted('deep') }, other: noted('other') },
          },
          y: { ...noted('y'), on: { back: 'x', far: '#deepest' } },
        },
      },
      b: {
        initial: 'p',
        ...noted('b'),
        states: { p: { ...noted('p'), on: { far: '#deepest' } }, q: { id: 'deepest', ...noted('q') } },
      },
    },
    on: { reset: '.a', y: '.a.y', other: '.a.x.other' },
  }),
  'internal and reentering transitions of compound states': chart.createMachine({
    id: 'm',
    context: { n: 0 },
    initial: 'a',
    ...noted('root'),
    on: { root: '#m', rootAgain: { target: '#m', reenter: true }, inRoot: { target: '.a.y', reenter: true } },
    states: {
      a: {
        initial: 'x',
        ...noted('a'),
        on: {
          inside: '.y',
          insideAgain: { target: '.y', reenter: true },
          self: { target: 'a', actions: note('self') },
          selfAgain: { target: 'a', reenter: true, actions: note('selfAgain') },
          none: { actions: note('none') },
          noneAgain: { actions: note('none'), reenter: true },
        },
        states: {
          x: {
            ...noted('x'),
            on: {
              me: 'x',
              meAgain: { target: 'x', reenter: true },
              up: '#m.a',
              upAgain: { target: '#m.a', reenter: true },
              top: { target: '#m', reenter: true },
            },
          },
          y: { ...noted('y'), on: { x: 'x', top: '#m' } },
        },
      },
    },
  }),
  'actions of initial transitions': chart.createMachine({
    context: { n: 0 },
    initial: { target: 'a', actions: note('initial of root') },
    on: { deep: '.b.y', b: '.b', a: '.a' },
    states: {
      a: noted('a'),
      b: {
        initial: { target: 'x', actions: [note('initial of b'), 'addOne'] },
        ...noted('b'),
        on: { again: { target: 'b' } },
        states: { x: noted('x'), y: noted('y') },
      },
    },
  }),
  'assigns, by object and by function, seen by the actions after them': chart.createMachine({
    context: { n: 0 },
    initial: 'a',
    entry: ['act', 'addOne', 'act'],
    states: {
      a: {
        entry: ['act', { type: 'add', params: { by: 3 } }, 'act'],
        exit: ['addOne', 'act'],
        on: {
          go: {
            target: 'b',
            actions: ['act', 'setLast', 'act', assign({ n: ({ context }) => context.n * 2 }), note('inline')],
          },
          stay: { actions: [assign(() => ({ last: 'inline' })), 'act'] },
          nothing: { actions: 'nothing' },
        },
      },
      b: {
        entry: ['addOne', 'act'],
        on: { go: { target: 'a', actions: { type: 'act', params: { why: 'static' } } } },
      },
    },
  }),
  'guards: named, with params, inline, combined, in order and up the tree': chart.createMachine({
    context: { n: 0 },
    initial: 'a',
    on: {
      up: { guard: 'even', actions: ['addOne', note('root')] },
      add: { actions: 'addOne' },
    },
    states: {
      a: {
        on: {
          up: [
            { guard: 'never', target: 'b' },
            { guard: { type: 'above', params: { floor: 2 } }, target: 'b' },
          ],
          go: [
            { guard: ({ context }) => context.n > 4, target: 'b' },
            { guard: and(['even', not('never')]), actions: ['addOne', note('and')] },
            { guard: or(['never', { type: 'above', params: { floor: 1 } }]), actions: note('or') },
            { actions: ['addOne', note('else')] },
          ],
          both: { guard: 'evenAndAbove', target: 'b' },
        },
      },
      b: {
        on: {
          up: { guard: 'never', target: 'a' },
          go: { guard: not(or(['never', 'even'])), target: 'a' },
          both: 'a',
        },
      },
    },
  }),
  'forbidden transitions and wildcards': chart.createMachine({
    context: { n: 0 },
    initial: 'a',
    on: {
      '*': { actions: note('root *') },
      'a.b': { actions: note('root a.b') },
      'xstate.init': { actions: note('init') },
    },
    states: {
      a: {
        on: {
          'a.b.c': {},
          'a.*': { guard: 'even', actions: ['addOne', note('a.*')] },
          'a.b.*': { guard: 'even', actions: ['addOne', note('a.b.*')] },
          '*': { guard: ({ event }) => event.type === 'go', target: 'b' },
        },
      },
      b: { on: { go: 'a', 'a.b': undefined, '*': {}, 'a.*.*': { actions: note('infix') } } },
    },
  }),
  'final states inside, and what their parents do when done': chart.createMachine({
    context: { n: 0 },
    initial: 'work',
    ...noted('root'),
    states: {
      work: {
        initial: 'one',
        ...noted('work'),
        onDone: [
          { guard: ({ context }) => context.n > 3, target: 'last' },
          { target: 'rest', actions: ['addOne', note('work done')] },
        ],
        states: {
          one: { ...noted('one'), on: { go: 'ready', set: { target: 'ready', actions: 'setLast' } } },
          ready: {
            type: 'final',
            ...noted('ready'),
            output: ({ context }: Args) => ({ n: context.n }),
            on: { odd: { actions: note('odd') } },
          },
        },
      },
      rest: {
        initial: 'in',
        states: {
          in: { initial: 'in', onDone: 'out', states: { in: { on: { go: 'fin' } }, fin: { type: 'final' } } },
          out: { type: 'final' },
        },
        on: { go: 'work', 'xstate.done.state.*': { actions: note('told') } },
      },
      last: { initial: 'over', states: { over: { type: 'final' } }, on: { go: 'end' } },
      end: { type: 'final', ...noted('end') },
    },
  }),
  'output of the machine': chart.createMachine({
    context: { n: 0 },
    initial: 'a',
    exit: ['addOne', note('<root')],
    output: ({ context, event }: Args) => {
      calls.push(['output of the machine', context, event]);
      return { n: context.n, event };
    },
    states: {
      a: { on: { add: { actions: 'addOne' }, go: { target: 'end', actions: 'addOne' }, plain: 'plain' } },
      end: {
        type: 'final',
        entry: 'addOne',
        output: ({ context, event }: Args) => {
          calls.push(['output of the end', context, event]);
          return context.n;
        },
      },
      plain: { type: 'final', output: 'as it stands' },
    },
  }),
  'a machine that is done as it starts': chart.createMachine({
    context: { n: 0 },
    initial: 'end',
    output: { fixed: true },
    ...noted('root'),
    states: { end: { type: 'final', ...noted('end') } },
    on: { go: { actions: note('never') } },
  }),
  'context by a function of the input, tags, meta and descriptions': createMachine({
    context: ({ input }: { input: unknown }) => ({ n: 1, input }),
    tags: 'machine',
    initial: 'a',
    states: {
      a: {
        tags: ['first', 'both'],
        meta: { of: 'a' },
        description: 'The first.',
        on: { go: { target: 'b', meta: { of: 'go' }, description: 'Goes.' } },
      },
      b: {
        tags: 'both',
        initial: 'x',
        states: { x: { tags: 'inner', meta: { of: 'x' }, on: { go: '#away' } } },
      },
      c: { id: 'away', type: 'final', tags: ['last'], meta: { of: 'c' } },
    },
  }),
  'errors of actors that nobody has': chart.createMachine({
    context: { n: 0 },
    initial: 'a',
    states: { a: { on: { 'xstate.error.actor.known': { actions: note('known') }, go: 'b' } }, b: {} },
    on: { 'xstate.stop': { actions: note('stop') } },
  }),
};

/** Events no chart names but that mean something to actors, or to wildcards. */
export const ODD_EVENTS: readonly AnyEventObject[] = [
  { type: 'unknown' },
  { type: 'a' },
  { type: 'a.b' },
  { type: 'a.b.c' },
  { type: 'a.b.c.d' },
  { type: 'ab' },
  { type: 'a.*.q' },
  { type: 'xstate.init' },
  { type: 'xstate.done.state.work' },
  { type: 'xstate.error.actor.known', error: 'known' },
  { type: 'xstate.error.actor.other', error: 'other' },
  { type: 'xstate.stop' },
];
