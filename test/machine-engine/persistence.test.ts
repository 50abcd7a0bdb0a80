import { beforeAll, describe, expect, test, vi } from 'vitest';
import { createActor } from 'xstate';
import { chart as connection, EVENTS, INPUT } from './connection-chart.ts';
import { both, calls, pairOf } from './engines.ts';

// XState's development build warns of events that come after the end; some here do, on purpose.
beforeAll(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});

describe('persistence', () => {
  test('what was kept as JSON goes on where it stood, on either engine, and runs no action again', () => {
    const pair = pairOf(connection);
    const events = EVENTS.filter(({ type }) => ['admitted', 'sniffed', 'dialed'].includes(type));
    const routed = EVENTS.find(({ type }) => type === 'routed')!;
    for (const kept of both(pair, (logic) => {
      const actor = createActor(logic, { input: INPUT }).start();
      for (const event of [events[0]!, events[1]!, routed, events[2]!]) actor.send(event);
      return JSON.stringify(actor.getPersistedSnapshot());
    })) {
      const [interpreted, compiled] = both(pair, (logic) => {
        calls.length = 0;
        const actor = createActor(logic, { input: INPUT, snapshot: JSON.parse(kept) }).start();
        const restored = [actor.getSnapshot().value, calls.length];
        actor.send({ type: 'client.fin' });
        return [restored, JSON.stringify(actor.getPersistedSnapshot()), [...calls]];
      });
      expect(compiled).toEqual(interpreted);
      expect(compiled[0]).toEqual([{ relaying: 'streaming' }, 0]);
    }
  });

  test.each([
    ['a state that is none', { value: 'elsewhere', status: 'active', context: {}, children: {} }],
    ['nothing known', {}],
  ])('%s is an error of the actor, as with the interpreter', (_what, kept) => {
    const [interpreted, compiled] = both(pairOf(connection), (logic) =>
      String(createActor(logic, { input: INPUT, snapshot: kept as never }).getSnapshot().error),
    );
    expect(compiled).toBe(interpreted);
  });
});
