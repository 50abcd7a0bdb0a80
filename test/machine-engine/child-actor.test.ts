import { describe, expect, it } from 'vitest';
import { Actor, type AnyActorRef, createActor, createMachine, fromTransition } from 'xstate';
import { childActor, compileMachine } from '../../src/machine-engine/index.ts';
import { chart, INPUT } from './connection-chart.ts';
import { type AnyLogic, both, pairOf } from './engines.ts';

type Make = (logic: AnyLogic, parent: AnyActorRef) => AnyActorRef;

const ours: Make = (logic, parent) => childActor(logic, INPUT, parent);
const xstates: Make = (logic, parent) => createActor(logic, { input: INPUT, parent } as never);

const EVENTS = [
  { type: 'admitted' },
  { type: 'no-such-event' },
  { type: 'kill' },
  { type: 'kill' },
  { type: 'flushed' },
];

/** All that can be seen of an actor and that its system tells inspectors, without what no two actors share. */
function lifeOf(make: Make, logic: AnyLogic, isObserved: boolean): unknown[] {
  const told: unknown[] = [];
  const inspect = ({ type, ...of }: object & { type: string }): void => {
    const { event, snapshot } = of as {
      event?: { type: string };
      snapshot?: { value?: unknown; status: string };
    };
    told.push([type, event?.type.replace(/x:\d+/, 'id'), snapshot?.value, snapshot?.status]);
  };
  const root = createActor(
    fromTransition((state) => state, null),
    { inspect },
  ).start();
  const actor = make(logic, root);
  const observer = {
    next: (snapshot: { readonly value?: unknown }) => told.push(['next', snapshot.value]),
    error: (error: unknown) => told.push(['error', String(error)]),
    complete: () => told.push(['complete']),
  };
  if (isObserved) actor.subscribe(observer);
  actor.start();
  for (const event of EVENTS) {
    actor.send(event);
    const { value, status, output } = actor.getSnapshot();
    told.push([value, status, output]);
  }
  const { id, sessionId, system } = actor;
  told.push(fieldsOf(actor), id === sessionId, system === root.system, actor instanceof Actor);
  return told;
}

/** Those of its own, and the two that an actor has only once they are asked for. */
function fieldsOf(actor: AnyActorRef): string[] {
  const late = ['observers', 'eventListeners'].filter((name) => name in actor);
  return [...new Set([...Object.keys(actor), ...late])].sort();
}

describe('an actor made below another', () => {
  it.each([
    ['observed', true],
    ['not observed', false],
  ])('cannot be told from one that XState made, by either engine, nor can its life: %s', (_, isObserved) => {
    const lives = both(pairOf(chart), (logic) =>
      [ours, xstates].map((make) => lifeOf(make, logic, isObserved)),
    );
    for (const [own, theirs] of lives) {
      expect(own).toEqual(theirs);
      expect(own?.length).toBeGreaterThan(3 * EVENTS.length);
    }
  });

  it('tells its parent of its error, and its observers', () => {
    const failing = fromTransition(() => {
      throw new Error('broken');
    }, null) as unknown as AnyLogic;
    const [own, theirs] = [ours, xstates].map((make) => lifeOf(make, failing, true));
    expect(own).toEqual(theirs);
    expect(own).toContainEqual(['error', 'Error: broken']);
  });

  it('whose first action throws is in error, as one that XState made, and tells its parent', () => {
    const broken = createMachine({
      initial: 'only',
      states: { only: {} },
      entry: () => {
        throw new Error('broken');
      },
    });
    const lives = both(pairOf(broken), (logic) => [ours, xstates].map((make) => lifeOf(make, logic, false)));
    for (const [own, theirs] of lives) {
      expect(own).toEqual(theirs);
      expect(own).toContainEqual(['@xstate.event', 'xstate.error.actor.id', undefined, undefined]);
    }
  });

  it('acts on its own event to the end, also where its action makes another one act in between', () => {
    const seen: unknown[] = [];
    const actors: AnyActorRef[] = [];
    const relaying = createMachine({
      initial: 'only',
      states: { only: {} },
      context: ({ input }) => input as { readonly next: number },
      on: {
        pass: {
          actions: (args) => {
            actors[args.context.next]?.send({ type: 'pass' });
            seen.push([args.context.next, args.self === actors[args.context.next - 1]]);
          },
        },
      },
    });
    const root = createActor(fromTransition((state) => state, null)).start();
    const logic = compileMachine(relaying) as unknown as AnyLogic;
    for (const next of [1, 2, 3]) actors.push(childActor(logic, { next }, root).start() as AnyActorRef);
    actors[0]?.send({ type: 'pass' });
    expect(seen).toEqual([3, 2, 1].map((next) => [next, true]));
  });
});
