import type {
  AnyEventObject,
  AnyStateNode,
  AnyTransitionDefinition,
  MachineContext,
  StateValue,
} from 'xstate';
import type { Step } from './compile-action.ts';
import type { CompiledGuard } from './compile-guard.ts';

/** The count of a transition that nobody counts: one by a wildcard, which has no place in a list. */
export const UNCOUNTED = -1;

/** Where transitions are counted: lines of `width` cells, in which each has its place by `Candidate.count`. */
export interface Taken {
  readonly cells: Float64Array;
  readonly width: number;
  /** The line of an actor, by its context. */
  readonly lineOf: (context: MachineContext) => number;
}

/** A leaf of the chart and all that can happen while it is active. Snapshots of one leaf share what is named here. */
export interface Row {
  readonly leaf: AnyStateNode;
  readonly value: StateValue;
  readonly nodes: readonly AnyStateNode[];
  readonly tags: ReadonlySet<string>;
  /** By event type, in the order they are tried: the leaf's own first, then its ancestors'. */
  readonly candidates: Map<string, readonly Candidate[]>;
  /** How often each transition was taken; all rows of a table have the same. */
  readonly taken: Taken;
  /** Candidates for a type that `candidates` lacks; null where no wildcard is in reach. */
  readonly wild: ((type: string) => readonly Candidate[]) | null;
  /** Of a final leaf: what entering it ends. Null for others. */
  readonly end: End | null;
}

/** What taking a transition from one leaf does. */
export interface Move {
  /** Exits from the leaf up, the transition's own actions, entries from the top down. */
  readonly steps: readonly Step[];
  /** The leaf that is active after it. */
  readonly to: Row;
  /** Whether a final leaf is entered, not only kept: what it ends is then done. */
  readonly finishes: boolean;
}

/** A transition as one leaf sees it: taken where `guard` is null or holds, and no earlier candidate was. */
export interface Candidate extends Move {
  readonly guard: CompiledGuard | null;
  /** The guard's name for errors, null where it has none. */
  readonly guardName: string | null;
  /** Id of the state that has the transition. */
  readonly source: string;
  /** Its place in a line of `Row.taken`, or UNCOUNTED. */
  readonly count: number;
  /** The transition in XState's words, for inspectors. */
  readonly transitions: readonly AnyTransitionDefinition[];
}

/** What entering a final leaf ends: its parent, or the machine. */
export interface End {
  /** Type of the event that tells the parent. */
  readonly doneType: string;
  /** The leaf's `output`: a value, a function of context and event, undefined where there is none. */
  readonly output: unknown;
  /** Where the machine is done with it; null where only a parent is. */
  readonly machine: MachineEnd | null;
}

/** The end of a whole machine. */
export interface MachineEnd {
  /** Type of the event that the machine's `output` is given. */
  readonly doneType: string;
  /** The machine's `output`, undefined where there is none. */
  readonly output: unknown;
  /** Exit actions of the leaf and of all above it, from the leaf up. */
  readonly exits: readonly Step[];
}

/**
 * The transition that an event takes from a row; null where none does. Guards are asked in XState's order, and none
 * after the first that holds. A guard that throws ends it with XState's error, which names guard, event and state.
 */
export function select(row: Row, context: MachineContext, event: AnyEventObject): Candidate | null {
  const candidates = row.candidates.get(event.type) ?? row.wild?.(event.type);
  if (candidates === undefined) return null;
  for (let i = 0; i < candidates.length; i++) {
    const candidate = candidates[i]!;
    const { guard } = candidate;
    if (guard === null || holds(guard, candidate, context, event)) return candidate;
  }
  return null;
}

function holds(
  guard: CompiledGuard,
  candidate: Candidate,
  context: MachineContext,
  event: AnyEventObject,
): boolean {
  try {
    return guard(context, event);
  } catch (error) {
    const name = candidate.guardName === null ? '' : `'${candidate.guardName}' `;
    throw new Error(
      `Unable to evaluate guard ${name}in transition for event '${event.type}' in state node '${candidate.source}':\n${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** Counts a transition that an actor of this context takes from a row. */
export function countTaken({ taken }: Row, { count }: Candidate, context: MachineContext): void {
  if (count !== UNCOUNTED) taken.cells[taken.lineOf(context) * taken.width + count]! += 1;
}
