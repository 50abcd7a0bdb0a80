import type {
  AnyActorScope,
  AnyEventObject,
  AnyMachineSnapshot,
  AnyTransitionDefinition,
  MachineContext,
} from 'xstate';
import { runSteps } from './compile-action.ts';
import type { Table } from './compile-table.ts';
import { tellMicrostep } from './microstep.ts';
import type { SnapshotMaker } from './snapshot.ts';
import { countTaken, type End, type Move, type Row, select } from './table.ts';

const NO_TRANSITIONS: readonly AnyTransitionDefinition[] = Object.freeze([]);

/** Where a machine is between two events of one run. */
interface Place {
  readonly row: Row;
  readonly snapshot: AnyMachineSnapshot;
}

/** The snapshot after an event: the same object where nothing changed, and whenever the machine is not active. */
export function transition(
  table: Table,
  make: SnapshotMaker,
  snapshot: AnyMachineSnapshot,
  event: AnyEventObject,
  scope: AnyActorScope,
): AnyMachineSnapshot {
  if (snapshot.status !== 'active') return snapshot;
  const row = table.rowOf(snapshot.value);
  const taken = select(row, snapshot.context, event);
  if (taken === null) return untaken({ row, snapshot }, make, event, scope);
  countTaken(row, taken, snapshot.context);
  return take({ row, snapshot }, make, taken, taken.transitions, event, scope);
}

/** The first snapshot: `context` made, first states entered. Status `error` where something threw on the way. */
export function start(
  table: Table,
  make: SnapshotMaker,
  contextOf: (input: unknown) => MachineContext,
  input: unknown,
  scope: AnyActorScope,
): AnyMachineSnapshot {
  let context: MachineContext = {};
  try {
    context = contextOf(input);
    const snapshot = make(table.unborn, 'active', context, undefined, undefined);
    const event = { type: 'xstate.init', input };
    return take({ row: table.unborn, snapshot }, make, table.start, null, event, scope);
  } catch (error) {
    return make(table.unborn, 'error', context, undefined, error);
  }
}

/**
 * Takes a move, and those that follow from final states it enters. `transitions` is what inspectors are told of the
 * first; null tells them nothing.
 */
function take(
  from: Place,
  make: SnapshotMaker,
  move: Move,
  transitions: readonly AnyTransitionDefinition[] | null,
  event: AnyEventObject,
  scope: AnyActorScope,
): AnyMachineSnapshot {
  const { row, snapshot } = from;
  const context = runSteps(move.steps, snapshot.context, event, scope);
  const end = move.finishes ? move.to.end : null;
  if (end !== null) return finish(from, make, move.to, end, context, transitions, event, scope);
  const next =
    move.to === row && context === snapshot.context
      ? snapshot
      : make(move.to, 'active', context, undefined, undefined);
  if (transitions !== null) tellMicrostep(scope, event, next, transitions);
  return next;
}

/** A final state was entered: the machine is done, or the parent is told so and may go on. */
function finish(
  from: Place,
  make: SnapshotMaker,
  row: Row,
  end: End,
  entered: MachineContext,
  transitions: readonly AnyTransitionDefinition[] | null,
  event: AnyEventObject,
  scope: AnyActorScope,
): AnyMachineSnapshot {
  const done = { type: end.doneType, output: outputOf(end.output, entered, event, scope) };
  if (end.machine === null) {
    const unchanged = row === from.row && entered === from.snapshot.context;
    const snapshot = unchanged ? from.snapshot : make(row, 'active', entered, undefined, undefined);
    if (transitions !== null) tellMicrostep(scope, event, snapshot, transitions);
    const taken = select(row, entered, done);
    if (taken !== null) {
      countTaken(row, taken, entered);
      return take({ row, snapshot }, make, taken, taken.transitions, done, scope);
    }
    tellMicrostep(scope, done, snapshot, NO_TRANSITIONS);
    return snapshot;
  }
  const output = machineOutput(end, end.machine, entered, event, scope);
  const context = runSteps(end.machine.exits, entered, event, scope);
  const snapshot = make(row, 'done', context, output, undefined);
  if (transitions !== null) tellMicrostep(scope, event, snapshot, transitions);
  return snapshot;
}

/** What an event does that no transition is for: stop stops, an error of an actor is an error, others do nothing. */
function untaken(
  { row, snapshot }: Place,
  make: SnapshotMaker,
  event: AnyEventObject,
  scope: AnyActorScope,
): AnyMachineSnapshot {
  if (event.type === 'xstate.init') return snapshot;
  let next = snapshot;
  if (event.type === 'xstate.stop') next = make(row, 'stopped', snapshot.context, undefined, undefined);
  else if (event.type.startsWith('xstate.error.actor'))
    next = make(row, 'error', snapshot.context, undefined, event['error']);
  tellMicrostep(scope, event, next, NO_TRANSITIONS);
  return next;
}

/** The machine's output. XState asks the final state for its own a second time here, and so do we. */
function machineOutput(
  { output }: End,
  machine: NonNullable<End['machine']>,
  context: MachineContext,
  event: AnyEventObject,
  scope: AnyActorScope,
): unknown {
  if (machine.output === undefined) return undefined;
  const done = { type: machine.doneType, output: outputOf(output, context, event, scope) };
  return outputOf(machine.output, context, done, scope);
}

function outputOf(
  output: unknown,
  context: MachineContext,
  event: AnyEventObject,
  { self }: AnyActorScope,
): unknown {
  return typeof output === 'function' ? output({ context, event, self }) : output;
}
