import type {
  ActorLogic,
  AnyActorScope,
  AnyMachineSnapshot,
  AnyStateMachine,
  EmittedFrom,
  EventFromLogic,
  InputFrom,
  MachineContext,
  SnapshotFrom,
} from 'xstate';
import { checkChart } from './check-chart.ts';
import { refuseSpawn } from './compile-action.ts';
import { type Counting, compileTable } from './compile-table.ts';
import { start, transition } from './run.ts';
import { snapshotMaker } from './snapshot.ts';

/**
 * What a machine compiles to, and what the machine itself is too: code that takes this runs on either engine, and an
 * actor of it has the machine's snapshots, events and input.
 */
export interface CompiledLogic<M extends AnyStateMachine>
  extends ActorLogic<
    SnapshotFrom<M>,
    EventFromLogic<M>,
    InputFrom<M>,
    AnyActorScope['system'],
    EmittedFrom<M>
  > {
  config: M['config'];
  id: M['id'];
  root: M['root'];
  states: M['states'];
  events: M['events'];
  implementations: M['implementations'];
  readonly definition: M['definition'];
  toJSON(): M['definition'];
}

/**
 * Compiles a machine to a table that `createActor` runs in place of the machine, with XState's semantics and at a small
 * part of its cost. Compile once, after `provide`, and share the logic among actors: it holds nothing of them.
 *
 * Throws `UnsupportedChart`, which names machine, state and feature, for what it does not know: parallel and history
 * states, `invoke`, `always`, `after`, `route`, built-in actions but `assign`, built-in guards but `and`, `or`, `not`,
 * computed params, guards and actions that nobody provided, keys it has never heard of. `spawn` throws when called.
 *
 * Inspectors are told what XState's interpreter tells them, of every kind of event. Four things differ. A snapshot that
 * is not active answers every event with itself, also when `transition` is called without an actor. Snapshots of one
 * state share `value`, `tags` and `_nodes`. What an action is called with is lent until it returns. A guard's error carries what was thrown as its `cause`.
 *
 * `counting` counts the transitions that its actors take, each in a cell of its own. Absent: nobody does.
 */
export function compileMachine<M extends AnyStateMachine>(machine: M, counting?: Counting): CompiledLogic<M> {
  checkChart(machine);
  const table = compileTable(machine, counting);
  const make = snapshotMaker(machine, table.unborn);
  const logic = {
    config: machine.config,
    id: machine.id,
    root: machine.root,
    states: machine.states,
    events: machine.events,
    implementations: machine.implementations,
    get definition() {
      return machine.definition;
    },
    toJSON: () => machine.definition,
    getInitialSnapshot: (scope: AnyActorScope, input: unknown) =>
      start(table, make, (given) => contextOf(machine, given, scope), input, scope),
    transition: (snapshot: AnyMachineSnapshot, event: EventFromLogic<M>, scope: AnyActorScope) =>
      transition(table, make, snapshot, event, scope),
    getPersistedSnapshot: (snapshot: AnyMachineSnapshot, options?: unknown) =>
      machine.getPersistedSnapshot(snapshot, options),
    restoreSnapshot: (persisted: Parameters<M['restoreSnapshot']>[0], scope: AnyActorScope) => {
      const { value, status, context, output, error, children } = machine.restoreSnapshot(persisted, scope);
      if (Object.keys(children).length > 0)
        throw new Error(`machine "${machine.id}": the compiled engine cannot restore children of an actor`);
      return make(table.rowOf(value), status, context, output, error);
    },
  };
  return logic as unknown as CompiledLogic<M>;
}

/** The context that a machine begins with. One made by a function is a copy of what it returned, as with XState. */
function contextOf({ config }: AnyStateMachine, input: unknown, { self }: AnyActorScope): MachineContext {
  const context: unknown = config.context;
  if (typeof context === 'function') return { ...context({ spawn: refuseSpawn, input, self }) };
  return (context as MachineContext | undefined) ?? {};
}
