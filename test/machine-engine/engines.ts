import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import {
  type ActorLogic,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
} from 'xstate';
import { compileMachine } from '../../src/machine-engine/index.ts';

/** One call of an action, guard, assign or output, as it happened: what it was, and what it was given. */
export type Call = readonly [name: string, context: unknown, event: unknown, params?: unknown];

/** Where the functions of a chart under test note their calls. One at a time: tests are synchronous. */
export const calls: Call[] = [];

/** Either engine's logic. */
export type AnyLogic = ActorLogic<AnyMachineSnapshot, AnyEventObject, unknown>;

/** What a caller can see of an actor after each step: the snapshots by their value, and the calls in their order. */
export interface Trace {
  readonly steps: readonly unknown[];
  /** The state value after the last event, and how the actor stands. */
  readonly last: { readonly value: unknown; readonly status: string };
  /** Whether a step left the very same snapshot object, as subscribers and selectors care about. */
  readonly kept: readonly boolean[];
}

/** Both engines for one machine. */
export interface Pair {
  readonly interpreter: AnyLogic;
  readonly compiled: AnyLogic;
}

export function pairOf(machine: AnyStateMachine): Pair {
  return {
    interpreter: machine as unknown as AnyLogic,
    compiled: compileMachine(machine) as unknown as AnyLogic,
  };
}

/** What both engines answer to one question, interpreter first. */
export function both<T>(pair: Pair, ask: (logic: AnyLogic) => T): [T, T] {
  return [ask(pair.interpreter), ask(pair.compiled)];
}

/** Runs one engine over events, from the start, and notes all that can be seen. */
export function trace(logic: AnyLogic, events: readonly AnyEventObject[], input?: unknown): Trace {
  calls.length = 0;
  const told: unknown[] = [];
  const actor = createActor(logic, { input });
  actor.subscribe({
    next: (snapshot) => told.push(['next', snapshot.value]),
    error: (error) => told.push(['error', String(error)]),
    complete: () => told.push(['complete']),
  });
  actor.start();
  const steps: unknown[] = [seen(actor.getSnapshot())];
  const kept: boolean[] = [];
  for (const event of events) {
    const before = actor.getSnapshot();
    actor.send(event);
    steps.push(seen(actor.getSnapshot()), calls.length);
    kept.push(actor.getSnapshot() === before);
  }
  steps.push([...calls], told);
  const { value, status } = actor.getSnapshot();
  return { steps, kept, last: { value, status } };
}

/** Fails unless both engines show the same over these events. Returns what the interpreter showed. */
export function expectSame(pair: Pair, events: readonly AnyEventObject[], input?: unknown): Trace {
  const interpreter = trace(pair.interpreter, events, input);
  const compiled = trace(pair.compiled, events, input);
  if (!isDeepStrictEqual(compiled, interpreter))
    expect(compiled, `after ${JSON.stringify(events)}`).toEqual(interpreter);
  return interpreter;
}

function seen({ value, status, context, output, error, tags }: AnyMachineSnapshot): unknown {
  return {
    value,
    status,
    context,
    output,
    error: error === undefined ? null : String(error),
    tags: [...tags],
  };
}
