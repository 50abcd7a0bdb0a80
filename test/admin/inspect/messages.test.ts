import { describe, expect, it } from 'vitest';
import { INSPECT_PROTOCOL_VERSION, InspectMessages } from '../../../src/admin/inspect/messages.ts';
import type { InspectionStep } from '../../../src/core/inspection.ts';

const SNAPSHOT = { value: { relaying: 'streaming' }, status: 'active', context: { reason: null } } as const;

function made(...steps: Exclude<InspectionStep, { readonly kind: 'over' }>[]): Record<string, unknown>[] {
  const messages = new InspectMessages((chart) => (chart === 'balancer' ? { id: 'balancer' } : undefined));
  return steps.map((step) => JSON.parse(messages.of(step).text) as Record<string, unknown>);
}

const introduction = (actor: string, parent: string | null = null, chart = 'balancer') =>
  ({
    kind: 'actor',
    actor,
    chart,
    name: `name of ${actor}`,
    parent,
    at: 1000.4,
    snapshot: SNAPSHOT,
  }) as const;

describe('a message of the inspector', () => {
  it('introduces an actor with its chart as a text of JSON', () => {
    expect(made(introduction('x:1'))).toEqual([
      {
        type: '@xstate.actor',
        name: 'name of x:1',
        sessionId: 'x:1',
        rootId: 'x:1',
        id: null,
        createdAt: '1000',
        _version: INSPECT_PROTOCOL_VERSION,
        definition: '{"id":"balancer"}',
        snapshot: SNAPSHOT,
      },
    ]);
    const [unknown] = made(introduction('x:2', null, 'no chart of ours'));
    expect(unknown?.['definition']).toBe('{"id":"name of x:2"}');
  });

  it('names the parent and the topmost actor of each', () => {
    const [, child, grandchild, event] = made(
      introduction('x:1'),
      introduction('x:2', 'x:1'),
      introduction('x:3', 'x:2'),
      { kind: 'event', actor: 'x:3', at: 2, event: { type: 'go' }, source: 'x:2' },
    );
    expect(child).toMatchObject({ parentId: 'x:1', rootId: 'x:1' });
    expect(grandchild).toMatchObject({ parentId: 'x:2', rootId: 'x:1' });
    expect(event).toMatchObject({ rootId: 'x:1', sourceId: 'x:2', sessionId: 'x:3', event: { type: 'go' } });
  });

  it('tells an event with its fields, and a snapshot with the event that led to it', () => {
    const event = { type: 'refused', how: 'close', act: () => {} };
    const [told, snapshot, unknown] = made(
      { kind: 'event', actor: 'x:1', at: 1, event, source: null },
      { kind: 'snapshot', actor: 'x:1', at: 1, event, snapshot: SNAPSHOT },
      { kind: 'snapshot', actor: 'x:1', at: 1, event: null, snapshot: SNAPSHOT },
    );
    expect(told).toMatchObject({ type: '@xstate.event', event: { type: 'refused', how: 'close' } });
    expect(told).not.toHaveProperty('sourceId');
    expect(snapshot).toMatchObject({
      type: '@xstate.snapshot',
      event: { type: 'refused' },
      snapshot: SNAPSHOT,
    });
    expect(unknown).toMatchObject({ event: { type: '' } });
  });

  it('tells what was missed as an event that every receiver shows', () => {
    expect(made({ kind: 'missed', actor: 'x:1', at: 1, count: 7 })).toMatchObject([
      { type: '@xstate.event', sessionId: 'x:1', event: { type: 'sluice.missed', count: 7 } },
    ]);
  });

  it('keeps the type of an event whose fields are too long', () => {
    const event = { type: 'long', rows: new Array(1000).fill('x'.repeat(100)) };
    const [told] = made({ kind: 'event', actor: 'x:1', at: 1, event, source: null });
    expect(told).toMatchObject({ event: { type: 'long', cut: expect.any(String) } });
  });
});
