import { beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type Actor,
  type AnyEventObject,
  type AnyMachineSnapshot,
  createActor,
  isMachineSnapshot,
  type SnapshotFrom,
} from 'xstate';
import type { connectionMachine } from '../../machines/connection.ts';
import { type CompiledLogic, compileMachine } from '../../src/machine-engine/index.ts';
import { chart as connection, EVENTS, INPUT } from './connection-chart.ts';
import { type AnyLogic, both, calls, pairOf } from './engines.ts';
import { FEATURES } from './feature-charts.ts';

const TAGGED = pairOf(FEATURES['context by a function of the input, tags, meta and descriptions']!);
const GO = { type: 'go' };

// XState's development build warns of events that come after the end; some here do, on purpose.
beforeAll(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});

describe('a snapshot', () => {
  test.each([0, 1, 2])('after %i events answers every question as a machine`s snapshot does', (count) => {
    const events = [GO, GO].slice(0, count);
    const [interpreted, compiled] = both(TAGGED, (logic) => {
      const snapshot = after(logic, ...events);
      return {
        keys: Object.keys(snapshot),
        json: JSON.stringify(snapshot),
        meta: JSON.stringify(snapshot.getMeta()),
        tags: ['machine', 'first', 'both', 'inner', 'last', 'none'].map((tag) => snapshot.hasTag(tag)),
        matches: ['a', 'b', 'c', { b: 'x' }, { b: 'y' }].map((value) => snapshot.matches(value)),
        can: [GO, { type: 'unknown' }].map((event) => snapshot.can(event)),
        isMachines: isMachineSnapshot(snapshot),
      };
    });
    expect(compiled).toEqual(interpreted);
  });

  test('is the same object after an event that nothing names, and another after an assign', () => {
    const actor = createActor(compileMachine(connection), { input: INPUT }).start();
    const first = actor.getSnapshot();
    actor.send({ type: 'flushed' });
    expect(actor.getSnapshot()).toBe(first);
    actor.send({ type: 'client.fin' });
    expect(actor.getSnapshot()).not.toBe(first);
  });

  test('that is not active answers every event with itself', () => {
    const logic = compileMachine(connection);
    const actor = createActor(logic, { input: INPUT }).start();
    const scope = { self: actor, system: actor.system } as unknown as Parameters<typeof logic.transition>[2];
    actor.send({ type: 'kill' });
    const done = actor.getSnapshot();
    expect(done.status).toBe('done');
    calls.length = 0;
    for (const event of EVENTS) expect(logic.transition(done, event, scope)).toBe(done);
    expect(calls).toEqual([]);
  });

  test('of the interpreter can be taken further by the compiled engine', () => {
    const actor = createActor(connection, { input: INPUT }).start();
    for (const type of ['admitted', 'sniffed', 'dialed'] as const) actor.send({ type });
    const other = createActor(compileMachine(connection), { input: INPUT });
    const scope = { self: other, system: other.system, actionExecutor: () => {} };
    const next = other.logic.transition(
      actor.getSnapshot() as SnapshotFrom<typeof connectionMachine>,
      { type: 'kill' },
      scope as unknown as Parameters<typeof other.logic.transition>[2],
    );
    expect([next.value, next.status, next.context.reason]).toEqual(['closed', 'done', 'killed']);
  });
});

describe('types', () => {
  test('code written for the machine`s actor reads on, and the machine itself can take the place of the compiled logic', () => {
    const logics: CompiledLogic<typeof connectionMachine>[] = [compileMachine(connection), connection];
    const values = logics.map((logic) => {
      const actor: Actor<CompiledLogic<typeof connectionMachine>> = createActor(logic, { input: { id: 7 } });
      actor.start().send({ type: 'admitted' });
      const snapshot: SnapshotFrom<typeof connectionMachine> = actor.getSnapshot();
      const id: number = snapshot.context.id;
      return [snapshot.matches('sniffing'), snapshot.can({ type: 'sniffed' }), id, actor.logic.id];
    });
    expect(values).toEqual([
      [true, true, 7, 'connection'],
      [true, true, 7, 'connection'],
    ]);
  });
});

function after(logic: AnyLogic, ...events: AnyEventObject[]): AnyMachineSnapshot {
  const actor = createActor(logic, { input: INPUT }).start();
  for (const event of events) actor.send(event);
  return actor.getSnapshot();
}
