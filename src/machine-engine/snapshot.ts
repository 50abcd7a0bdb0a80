import type { AnyMachineSnapshot, AnyStateMachine, MachineContext, SnapshotStatus } from 'xstate';
import type { Row } from './table.ts';

/** Makes a snapshot. `output` is undefined unless `status` is `done`, `error` unless it is `error`. */
export type SnapshotMaker = (
  row: Row,
  status: SnapshotStatus,
  context: MachineContext,
  output: unknown,
  error: unknown,
) => AnyMachineSnapshot;

const NO_CHILDREN = Object.freeze({});
const NO_HISTORY = Object.freeze({});

/**
 * Makes snapshots of a machine in XState's own shape, with XState's own methods. Value, nodes and tags belong to the row
 * and are shared: read them only. The methods are properties, not inherited, because an actor whose logic throws makes
 * its error snapshot by spreading the last one.
 */
export function snapshotMaker(machine: AnyStateMachine, like: Row): SnapshotMaker {
  const { matches, hasTag, can, getMeta, toJSON } = machine.resolveState({ value: like.value, context: {} });
  return (row, status, context, output, error) =>
    ({
      status,
      output,
      error,
      machine,
      context,
      _nodes: row.nodes,
      value: row.value,
      tags: row.tags,
      children: NO_CHILDREN,
      historyValue: NO_HISTORY,
      matches,
      hasTag,
      can,
      getMeta,
      toJSON,
    }) as unknown as AnyMachineSnapshot;
}
