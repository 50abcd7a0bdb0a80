import fc from 'fast-check';
import { type AnyEventObject, type AnyStateMachine, assign, createMachine } from 'xstate';
import { calls } from './engines.ts';
import { note } from './notes.ts';

const STATES_MAX = 9;
const TRANSITIONS_MAX = 14;
const EVENTS_MAX = 10;
/** A chart may tell itself that a part of it is done without end; transitions that answer such stop at this count. */
const ROUNDS_MAX = 12;
const TYPES = ['e', 'e.one', 'e.two', 'f'];
const WIDE = ['*', 'e.*', 'done'];
const GUARDS = ['even', 'above', 'never'] as const;
const ACTIONS = ['act', 'addOne', 'setLast'] as const;

type Args = { context: { n: number }; event: AnyEventObject };

interface Spec {
  /** A parent for each state but the root: an earlier state. */
  readonly parents: readonly number[];
  readonly states: readonly StateSpec[];
  readonly transitions: readonly TransitionSpec[];
}

interface StateSpec {
  readonly initial: number;
  readonly final: boolean;
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  readonly begins: readonly string[];
}

interface TransitionSpec {
  readonly source: number;
  readonly descriptor: string;
  readonly target: number | null;
  readonly reenter: boolean;
  readonly guard: string | null;
  readonly actions: readonly string[];
}

const actions = fc.subarray([...ACTIONS]);
const spec: fc.Arbitrary<Spec> = fc.record({
  parents: fc.array(fc.nat(STATES_MAX), { minLength: 1, maxLength: STATES_MAX - 1 }),
  states: fc.array(
    fc.record({
      initial: fc.nat(STATES_MAX),
      final: fc.integer({ min: 0, max: 3 }).map((dice) => dice === 0),
      entry: actions,
      exit: actions,
      begins: actions,
    }),
    { minLength: STATES_MAX, maxLength: STATES_MAX },
  ),
  transitions: fc.array(
    fc.record({
      source: fc.nat(STATES_MAX),
      descriptor: fc.constantFrom(...TYPES, ...TYPES, ...WIDE),
      target: fc.option(fc.nat(STATES_MAX)),
      reenter: fc.boolean(),
      guard: fc.option(fc.constantFrom(...GUARDS)),
      actions,
    }),
    { maxLength: TRANSITIONS_MAX },
  ),
});

/** A machine by chance, with states nested as it comes, and events to send it. Printed as its config. */
export const randomCase: fc.Arbitrary<{ machine: AnyStateMachine; events: AnyEventObject[] }> = fc.record({
  machine: spec.map((of) => machineOf(of)),
  events: fc.array(
    fc.constantFrom(...TYPES, 'e.two.three', 'unknown').map((type) => ({ type })),
    { maxLength: EVENTS_MAX },
  ),
});

function machineOf(of: Spec): AnyStateMachine {
  const count = of.parents.length + 1;
  const children = Array.from({ length: count }, (): number[] => []);
  of.parents.forEach((parent, i) => {
    children[parent % (i + 1)]!.push(i + 1);
  });
  const config = stateConfig(of, children, count, 0);
  return createMachine(
    { ...config, context: { n: 0 } } as Parameters<typeof createMachine>[0],
    {
      actions: {
        act: note('act'),
        addOne: assign({ n: ({ context }: Args) => context.n + 1 }),
        setLast: assign(({ event }: Args): object => ({ last: event.type })),
      },
      guards: {
        even: ({ context }: Args) => ask('even', context.n % 2 === 0),
        above: ({ context }: Args) => ask('above', context.n > 2),
        never: () => ask('never', false),
        few: ({ context }: Args) => ask('few', context.n < ROUNDS_MAX),
      },
    } as unknown as Parameters<typeof createMachine>[1],
  );
}

function stateConfig(of: Spec, children: number[][], count: number, index: number): object {
  const { initial, final, entry, exit, begins } = of.states[index]!;
  const own = of.transitions.filter(({ source }) => source % count === index);
  const base = {
    id: `s${index}`,
    entry: [{ type: 'act', params: `>${index}` }, ...entry],
    exit: [{ type: 'act', params: `<${index}` }, ...exit],
    ...transitionsOf(own, count),
  };
  const below = children[index]!;
  if (below.length === 0) return { ...base, ...(final ? { type: 'final', output: index } : {}) };
  return {
    ...base,
    initial: { target: `k${below[initial % below.length]}`, actions: begins },
    states: Object.fromEntries(below.map((child) => [`k${child}`, stateConfig(of, children, count, child)])),
  };
}

function transitionsOf(own: readonly TransitionSpec[], count: number): object {
  const on: Record<string, object[]> = {};
  const onDone: object[] = [];
  for (const { descriptor, target, reenter, guard, actions } of own) {
    const wide = WIDE.includes(descriptor);
    const config = {
      ...(target === null ? {} : { target: `#s${target % count}` }),
      reenter,
      ...(wide ? { guard: 'few' } : guard === null ? {} : { guard }),
      actions: wide ? ['addOne', ...actions] : actions,
    };
    if (descriptor === 'done') onDone.push(config);
    else on[descriptor] = [...(on[descriptor] ?? []), config];
  }
  return { on, ...(onDone.length === 0 ? {} : { onDone }) };
}

function ask(name: string, holds: boolean): boolean {
  calls.push([name, null, null]);
  return holds;
}
