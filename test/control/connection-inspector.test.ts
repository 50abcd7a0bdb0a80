import { describe, expect, test } from 'vitest';
import { ConnectionInspector } from '../../src/control/connection-inspector.ts';
import { LAST_STEP_MS_MAX } from '../../src/control/connection-watch.ts';
import { FactQueue } from '../../src/core/fact-queue.ts';
import type { TransitionFact } from '../../src/core/facts.ts';
import {
  type ActorSnapshot,
  INSPECTED_CONNECTIONS_MAX,
  type InspectedConnections,
  type Inspecting,
  type InspectionStep,
  type PresentConnection,
} from '../../src/core/inspection.ts';
import type { Plan } from '../../src/core/plan.ts';
import { closedFact } from '../core/facts.ts';
import { VirtualTimers } from '../stream/virtual-timers.ts';
import { planOf } from './plans.ts';

const PLAN = planOf({ edge: '127.0.0.1:80' });
/** A reload has taken the listener away; its place is kept. */
const WITHOUT: Plan = { ...PLAN, listeners: PLAN.listeners.map((one) => ({ ...one, retired: true })) };
const STREAMING: ActorSnapshot = { value: 'streaming', status: 'active', context: { id: 'x' } };
const CLOSED: ActorSnapshot = { value: 'closed', status: 'done', context: { id: 'x', reason: 'kill' } };

function transition(connection: number, step: number, snapshot = STREAMING): TransitionFact {
  const event = JSON.stringify({ type: `event ${step}` });
  return {
    kind: 'transition',
    at: step,
    connection,
    listener: 0,
    step,
    event,
    snapshot: JSON.stringify(snapshot),
  };
}

function present(connection: number, step = 0): PresentConnection {
  return { connection, at: 0, listener: 'edge', step, snapshot: STREAMING };
}

function world(answers: (inspected: InspectedConnections) => readonly PresentConnection[] = () => []) {
  const facts = new FactQueue(
    () => {},
    () => {},
  );
  const timers = new VirtualTimers();
  const told: InspectedConnections[] = [];
  const steps: InspectionStep[] = [];
  let readers = 0;
  const inspector = new ConnectionInspector({
    fleet: {
      inspect: async (inspected) => {
        told.push(inspected);
        return answers(inspected);
      },
    },
    facts: {
      subscribe: (read: Parameters<FactQueue['subscribe']>[0]) => {
        readers++;
        const leave = facts.subscribe(read);
        return () => {
          readers--;
          leave();
        };
      },
    } as FactQueue,
    timers,
    plan: () => PLAN,
  });
  return {
    inspector,
    timers,
    told,
    steps,
    take: (step: InspectionStep) => void steps.push(step),
    tell: (...batch: Parameters<FactQueue['deliver']>[0]) => facts.deliver(batch),
    readers: () => readers,
    kinds: () => steps.map((step) => (step.kind === 'event' ? step.event.type : step.kind)),
  };
}

function endOf(begun: Inspecting): () => void {
  if ('none' in begun) throw new Error(begun.none);
  return begun.end;
}

describe('who inspects a connection', () => {
  test('is told how it stands, each event and what it came to, and that it is over', async () => {
    const { inspector, take, tell, kinds, steps } = world(({ connections }) =>
      connections.map((id) => present(id)),
    );
    await inspector.connection(7, take);
    tell(transition(7, 1), transition(8, 1));
    tell(transition(7, 2, CLOSED));
    expect(kinds()).toEqual(['actor', 'event 1', 'snapshot', 'event 2', 'snapshot', 'over']);
    expect(steps[0]).toMatchObject({ actor: '000000000007', chart: 'connection', name: 'edge 000000000007' });
    expect(steps[4]).toMatchObject({ snapshot: CLOSED });
  });

  test('is told nothing twice of what came before the answer of the shard, and nothing too little', async () => {
    let tellFirst = (): void => {};
    const { inspector, take, tell, kinds } = world(({ connections }) => {
      tellFirst();
      return connections.map((id) => present(id, 3));
    });
    tellFirst = () => tell(transition(7, 3), transition(7, 4));
    await inspector.connection(7, take);
    expect(kinds()).toEqual(['actor', 'event 4', 'snapshot']);
  });

  test('is told how many transitions were dropped on the way', async () => {
    const { inspector, take, tell, steps } = world(() => [present(7)]);
    await inspector.connection(7, take);
    tell(transition(7, 1), transition(7, 5));
    expect(steps.filter(({ kind }) => kind === 'missed')).toMatchObject([{ count: 3 }]);
  });

  test('is told of an end whose transition never came, by the fact of the end', async () => {
    const { inspector, take, tell, steps, kinds, timers } = world(() => [present(7)]);
    await inspector.connection(7, take);
    tell(closedFact({ connection: 7, reason: 'shard-failed' }));
    expect(kinds()).toEqual(['actor']);
    timers.advanceTo(2 * LAST_STEP_MS_MAX);
    expect(kinds()).toEqual(['actor', 'snapshot', 'over']);
    expect(steps[1]).toMatchObject({
      event: null,
      snapshot: { value: 'closed', status: 'done', context: { id: 'x', reason: 'shard-failed' } },
    });
    expect(timers.waiting).toBe(0);
  });

  test('hears it where there is none, and leaves nothing behind', async () => {
    const { inspector, take, told, readers } = world();
    expect(await inspector.connection(7, take)).toMatchObject({
      none: expect.stringContaining('000000000007'),
    });
    expect(told.at(-1)).toEqual({ connections: [], listeners: [] });
    expect(readers()).toBe(0);
  });

  test('ends it: shards are told, no fact is read any more, no timer waits', async () => {
    const { inspector, take, tell, told, steps, readers, timers } = world(() => [present(7)]);
    const begun = await inspector.connection(7, take);
    expect(readers()).toBe(1);
    tell(closedFact({ connection: 7 }));
    endOf(begun)();
    endOf(begun)();
    expect(told.at(-1)).toEqual({ connections: [], listeners: [] });
    expect([readers(), timers.waiting]).toEqual([0, 0]);
    const { length } = steps;
    tell(transition(7, 1));
    expect(steps).toHaveLength(length);
  });

  test('takes nothing from another who inspects the same', async () => {
    const { inspector, take, told, steps, tell } = world(() => [present(7)]);
    const one = await inspector.connection(7, () => {});
    await inspector.connection(7, take);
    endOf(one)();
    expect(told.at(-1)).toEqual({ connections: [7], listeners: [] });
    tell(transition(7, 1));
    expect(steps).toHaveLength(3);
  });
});

describe('who inspects a listener', () => {
  test('is told of connections from their beginning, and of none that had begun before', async () => {
    const { inspector, take, told, tell, kinds } = world();
    await inspector.listener('edge', take);
    expect(told).toEqual([{ connections: [], listeners: ['edge'] }]);
    tell(transition(7, 2), transition(8, 1), { ...transition(9, 1), listener: 99 });
    expect(kinds()).toEqual(['actor', 'event 1', 'snapshot']);
    tell(transition(8, 2, CLOSED));
    expect(kinds()).not.toContain('over');
    expect(inspector.inspected).toEqual({ connections: [], listeners: ['edge'] });
  });

  test('is told of so many and no more, and that it is over when those have ended', async () => {
    const { inspector, take, told, tell, kinds } = world();
    await inspector.listener('edge', take);
    for (let id = 0; id < INSPECTED_CONNECTIONS_MAX + 5; id++) tell(transition(id, 1));
    expect(kinds().filter((kind) => kind === 'actor')).toHaveLength(INSPECTED_CONNECTIONS_MAX);
    expect(told.at(-1)?.listeners).toEqual([]);
    expect(told.at(-1)?.connections).toHaveLength(INSPECTED_CONNECTIONS_MAX);
    for (let id = 0; id < INSPECTED_CONNECTIONS_MAX; id++) tell(transition(id, 2, CLOSED));
    expect(kinds().at(-1)).toBe('over');
    expect(kinds().filter((kind) => kind === 'over')).toHaveLength(1);
  });

  test('hears that a reload has taken it away when those whom it had let in have ended', async () => {
    const { inspector, take, told, tell, kinds, steps, timers } = world();
    await inspector.listener('edge', take);
    tell(transition(7, 1));
    inspector.follow(WITHOUT);
    // Accepted before its socket was closed, and told of later.
    tell(transition(8, 1));
    tell(transition(8, 2, CLOSED));
    timers.advanceTo(LAST_STEP_MS_MAX);
    expect([told.at(-1), kinds().includes('over')]).toEqual([{ connections: [7], listeners: [] }, false]);
    tell(transition(7, 2, CLOSED));
    expect(steps.at(-1)).toEqual({ kind: 'over', why: 'a reload has taken the listener away' });
    expect(kinds().filter((kind) => kind === 'actor')).toHaveLength(2);
    expect(timers.waiting).toBe(0);
  });

  test('hears that a reload has taken it away also where nobody had come, and of no other reload', async () => {
    const { inspector, take, steps, timers } = world();
    await inspector.listener('edge', take);
    inspector.follow(PLAN);
    inspector.follow(WITHOUT);
    inspector.follow(PLAN);
    expect([steps, timers.waiting]).toEqual([[], 0]);
    inspector.follow(WITHOUT);
    timers.advanceTo(LAST_STEP_MS_MAX);
    expect(steps).toEqual([{ kind: 'over', why: 'a reload has taken the listener away' }]);
  });

  test('leaves no timer where he goes while its last connections are awaited', async () => {
    const { inspector, take, steps, timers } = world();
    const begun = await inspector.listener('edge', take);
    inspector.follow(WITHOUT);
    endOf(begun)();
    expect([steps, timers.waiting]).toEqual([[], 0]);
  });

  test('hears it where there is none', async () => {
    const { inspector, take } = world();
    expect(await inspector.listener('nowhere', take)).toMatchObject({
      none: expect.stringContaining('"nowhere"'),
    });
  });
});
