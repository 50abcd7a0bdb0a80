import { beforeAll, describe, expect, test, vi } from 'vitest';
import { type AnyEventObject, createActor, type InspectionEvent } from 'xstate';
import { compileMachine } from '../../src/machine-engine/index.ts';
import { chart as connection, EVENTS, INPUT } from './connection-chart.ts';
import { type AnyLogic, both, pairOf } from './engines.ts';
import { FEATURES } from './feature-charts.ts';

const GO = { type: 'go' };

// XState's development build warns of events that come after the end; some here do, on purpose.
beforeAll(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});

describe('inspectors', () => {
  const seen = (logic: AnyLogic, events: readonly AnyEventObject[]) => {
    // Summed up at the end only: what was told once must not change.
    const told: InspectionEvent[] = [];
    const actor = createActor(logic, { input: INPUT, inspect: (event) => told.push(event) });
    actor.subscribe({ error: () => {} });
    actor.start();
    for (const event of events) actor.send(event);
    actor.stop();
    return told.map(summary);
  };

  test('are told the same as by the interpreter: actors, events, microsteps, actions, snapshots', () => {
    for (const machine of [connection, ...Object.values(FEATURES)]) {
      const events = [
        ...EVENTS.slice(-10),
        GO,
        { type: 'add' },
        GO,
        { type: 'admitted' },
        { type: 'kill' },
        GO,
      ];
      const [interpreted, compiled] = both(pairOf(machine), (logic) => seen(logic, events));
      expect(compiled).toEqual(interpreted);
    }
    expect(seen(pairOf(connection).compiled, EVENTS).map((told) => (told as string[])[0])).toEqual(
      expect.arrayContaining([
        '@xstate.actor',
        '@xstate.event',
        '@xstate.snapshot',
        '@xstate.microstep',
        '@xstate.action',
      ]),
    );
  });

  test('can come late and leave again', () => {
    const actor = createActor(compileMachine(connection), { input: INPUT }).start();
    const told: string[] = [];
    const watching = actor.system.inspect((event) => told.push(event.type));
    actor.send({ type: 'admitted' });
    watching.unsubscribe();
    actor.send({ type: 'sniffed' });
    expect(told).toEqual([
      '@xstate.event',
      '@xstate.action',
      '@xstate.action',
      '@xstate.action',
      '@xstate.microstep',
      '@xstate.snapshot',
    ]);
  });

  test('find in the logic what they draw a machine from', () => {
    const logic = compileMachine(connection);
    expect(logic.config).toBe(connection.config);
    expect(JSON.stringify(logic.definition)).toBe(JSON.stringify(connection.definition));
    expect(JSON.stringify(logic)).toBe(JSON.stringify(connection));
    expect([logic.id, logic.root, logic.states, logic.events]).toEqual([
      connection.id,
      connection.root,
      connection.states,
      connection.events,
    ]);
  });

  function summary(event: InspectionEvent): unknown[] {
    const actor = (event.actorRef as { getSnapshot?: unknown }).getSnapshot !== undefined;
    if (event.type === '@xstate.action') return [event.type, actor, event.action];
    if (event.type === '@xstate.event') return [event.type, actor, event.event, event.sourceRef];
    if (event.type === '@xstate.snapshot' || event.type === '@xstate.microstep') {
      const taken =
        event.type === '@xstate.microstep' ? event._transitions.map((each) => each.toJSON()) : null;
      return [event.type, actor, event.event, JSON.stringify(event.snapshot), JSON.stringify(taken)];
    }
    return [event.type, actor];
  }
});
