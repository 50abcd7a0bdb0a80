import { beforeAll, describe, expect, test, vi } from 'vitest';
import { type AnyEventObject, assign, createActor, setup } from 'xstate';
import { INPUT } from './connection-chart.ts';
import { both, calls, pairOf } from './engines.ts';
import { note } from './notes.ts';

const GO = { type: 'go' };

// XState's development build warns of events that come after the end; some here do, on purpose.
beforeAll(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});

describe('what throws', () => {
  const failing = (where: string) => {
    const fail = (here: string) => () => {
      if (here === where) throw new Error(`failed in ${where}`);
      calls.push([here, null, null]);
    };
    return setup({
      types: { context: {} as { n: number }, events: {} as AnyEventObject },
      guards: { named: fail('guard') as unknown as () => boolean },
    }).createMachine({
      id: 'failing',
      context: () => {
        fail('context')();
        return { n: 1 };
      },
      initial: 'a',
      entry: [
        assign({ n: 2 }),
        fail('first action'),
        assign(() => {
          fail('first assign')();
          return {};
        }),
      ],
      output: fail('output') as () => unknown,
      states: {
        a: {
          exit: fail('exit'),
          on: {
            go: [
              { guard: 'named', target: 'b' },
              { guard: fail('inline guard') as unknown as () => boolean, target: 'b' },
              {
                target: 'b',
                actions: [
                  assign({ n: 3 }),
                  fail('action'),
                  assign(() => {
                    fail('assign')();
                    return {};
                  }),
                  note('later'),
                ],
              },
            ],
          },
        },
        b: { entry: [fail('entry'), note('entered')], on: { go: 'end' } },
        end: { type: 'final', output: fail('final output') as () => unknown },
      },
    });
  };

  test.each([
    'nothing',
    'context',
    'first action',
    'first assign',
    'guard',
    'inline guard',
    'exit',
    'action',
    'assign',
    'entry',
    'output',
    'final output',
  ])('in %s: status, error, snapshot and what subscribers are told are the interpreter`s', (where) => {
    const [interpreted, compiled] = both(pairOf(failing(where)), (logic) => {
      calls.length = 0;
      const told: unknown[] = [];
      const actor = createActor(logic, { input: INPUT });
      actor.subscribe({
        next: (snapshot) => told.push(['next', snapshot.value]),
        error: (error) => told.push(['error', String(error), actor.getSnapshot().matches('a')]),
        complete: () => told.push(['complete']),
      });
      actor.start();
      for (let i = 0; i < 3; i++) actor.send(GO);
      const snapshot = actor.getSnapshot();
      return [
        told,
        snapshot.status,
        String(snapshot.error),
        JSON.stringify(snapshot),
        snapshot.hasTag('x'),
        [...calls],
      ];
    });
    expect(compiled).toEqual(interpreted);
    expect(compiled[1]).toBe(where === 'nothing' ? 'done' : 'error');
  });
});
