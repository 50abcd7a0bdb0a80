import { describe, expect, test } from 'vitest';
import { type AnyEventObject, createActor, createMachine } from 'xstate';
import { rootActor } from '../../src/connection/root-actor.ts';
import { VirtualTimers } from '../stream/virtual-timers.ts';

const failing = createMachine({
  initial: 'a',
  states: {
    a: {
      on: {
        end: 'b',
        fail: {
          actions: () => {
            throw new Error('seeded');
          },
        },
      },
    },
    b: { type: 'final' },
  },
});

describe('the root of the actors', () => {
  test('tells of each actor that has failed, at once, and of none that has ended', () => {
    const told: unknown[] = [];
    const root = rootActor(new VirtualTimers(), (id, error) => told.push([id, (error as Error).message]));
    const [one, two, three] = [1, 2, 3].map(() => createActor(failing, { parent: root }));
    for (const actor of [one, two, three]) actor?.start();
    one?.send({ type: 'fail' } satisfies AnyEventObject);
    expect(told).toEqual([[one?.id, 'seeded']]);
    two?.send({ type: 'end' });
    three?.send({ type: 'fail' });
    expect(told).toEqual([
      [one?.id, 'seeded'],
      [three?.id, 'seeded'],
    ]);
    expect(root.getSnapshot().status).toBe('active');
  });
});
