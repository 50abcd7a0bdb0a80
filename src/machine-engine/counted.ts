import type { AnyActorScope, AnyMachineSnapshot, AnyStateMachine, EventFromLogic } from 'xstate';
import { checkChart } from './check-chart.ts';
import type { CompiledLogic } from './compile-machine.ts';
import { type Counting, compileTable } from './compile-table.ts';
import { countTaken, select } from './table.ts';

/**
 * A machine that XState interprets, with its transitions counted as a compiled one counts its own: the table says which one an
 * event takes, for which its guards are asked a second time. Throws as `compileMachine` does. What actions or guards throw is
 * not counted, nor what follows from a state within a state being done.
 */
export function countInterpreted<M extends AnyStateMachine>(
  machine: M,
  counting: Counting,
): CompiledLogic<M> {
  checkChart(machine);
  const table = compileTable(machine, counting);
  const transition = (snapshot: AnyMachineSnapshot, event: EventFromLogic<M>, scope: AnyActorScope) => {
    const next = machine.transition(snapshot, event as never, scope as never);
    if (snapshot.status !== 'active') return next;
    const row = table.rowOf(snapshot.value);
    const candidate = select(row, snapshot.context, event);
    if (candidate !== null) countTaken(row, candidate, snapshot.context);
    return next;
  };
  const logic: unknown = Object.assign(Object.create(machine), { transition });
  return logic as CompiledLogic<M>;
}
