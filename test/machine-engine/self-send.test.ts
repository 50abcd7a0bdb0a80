import { beforeAll, describe, expect, test, vi } from 'vitest';
import { type AnyEventObject, type AnyMachineSnapshot, assign, createActor, setup } from 'xstate';
import { compileMachine } from '../../src/machine-engine/index.ts';
import { both, calls, pairOf } from './engines.ts';
import { note } from './notes.ts';

// XState's development build warns of events that come after the end; some here do, on purpose.
beforeAll(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});

describe('an action', () => {
  const sending = setup({
    types: { context: {} as { n: number }, events: {} as AnyEventObject },
    actions: {
      send: ({ self, system, context, event }, params: { type: string }) => {
        calls.push(['send', context, event, params]);
        calls.push(['seen', (self.getSnapshot() as AnyMachineSnapshot).value, system === self.system]);
        self.send(params);
        self.send({ type: 'more' });
      },
      log: note('log'),
    },
  }).createMachine({
    context: { n: 0 },
    initial: 'a',
    entry: [{ type: 'send', params: { type: 'go' } }, 'log'],
    states: {
      a: { on: { go: { target: 'b', actions: [{ type: 'send', params: { type: 'back' } }, 'log'] } } },
      b: {
        entry: [
          assign({ n: ({ context }) => context.n + 1 }),
          { type: 'send', params: { type: 'on' } },
          'log',
        ],
        on: {
          back: { actions: 'log' },
          on: { guard: ({ context }) => context.n < 3, target: 'a' },
          more: { actions: 'log' },
        },
      },
      end: { type: 'final', entry: [{ type: 'send', params: { type: 'late' } }] },
    },
    on: { stop: '.end', more: { actions: 'log' }, late: { actions: 'log' } },
  });

  test('may send to itself: what it sends waits until the event at hand is done, as with the interpreter', () => {
    const [interpreted, compiled] = both(pairOf(sending), (logic) => {
      calls.length = 0;
      const order: unknown[] = [];
      const actor = createActor(logic, {});
      actor.subscribe((snapshot) => order.push(snapshot.value));
      actor.start();
      for (const type of ['go', 'back', 'go', 'stop', 'go']) actor.send({ type });
      return { calls: [...calls], order, last: actor.getSnapshot().status };
    });
    expect(compiled).toEqual(interpreted);
    expect(compiled.last).toBe('done');
    expect(compiled.calls.length).toBeGreaterThan(10);
  });

  test('is given the actor itself and its system', () => {
    const given: unknown[] = [];
    const machine = sending.provide({
      actions: { send: ({ self, system }) => given.push(self, system), log: () => {} },
    });
    const actor = createActor(compileMachine(machine)).start();
    expect(given).toEqual([actor, actor.system]);
    expect(given[0]).toBe(actor);
    expect(given[1]).toBe(actor.system);
  });
});
