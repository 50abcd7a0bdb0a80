import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { STATES } from '../../core/state.ts';

/** One transition of a chart, as a picture needs it. */
export interface ChartEdge {
  readonly source: AnyStateNode;
  /** null: the source is not left; only actions run, if any. */
  readonly target: AnyStateNode | null;
  /** The event; '' where the transition is taken as soon as its guard holds. */
  readonly event: string;
  readonly guard: string | null;
  /** An earlier candidate of the same event has a guard: this one is taken otherwise. */
  readonly otherwise: boolean;
  readonly actions: readonly string[];
}

/**
 * All transitions of a machine, outermost states first, in the order in which they are tried. Those of the steps inside
 * of a state that is drawn as one are the state's own, once each; those from step to step are left out.
 */
export function chartEdges(machine: AnyStateMachine): ChartEdge[] {
  return descendants(machine.root).flatMap((node) => (isOne(node) ? edgesOfOne(node) : edgesOf(node)));
}

/** The same with every step, as the machine has them. */
export function allEdges(machine: AnyStateMachine): ChartEdge[] {
  const all = (node: AnyStateNode): AnyStateNode[] => [node, ...steps(node).flatMap(all)];
  return all(machine.root).flatMap(edgesOf);
}

/** A state and all states in it that are drawn, in the order of the chart. */
export function descendants(node: AnyStateNode): AnyStateNode[] {
  return [node, ...children(node).flatMap(descendants)];
}

/** The states directly in a state, in the order of the chart; none for one that is drawn as one. */
export function children(node: AnyStateNode): AnyStateNode[] {
  return isOne(node) ? [] : steps(node);
}

/** Whether a state is counted as one, whatever step inside of it a connection is at: then it is drawn as one too. */
function isOne(node: AnyStateNode): boolean {
  return (STATES as readonly string[]).includes(node.key) && steps(node).length > 0;
}

/** The states directly in a state, whatever is drawn of them. */
export function steps(node: AnyStateNode): AnyStateNode[] {
  return Object.values(node.states as Record<string, AnyStateNode>);
}

function edgesOfOne(one: AnyStateNode): ChartEdge[] {
  const inner = [one, ...steps(one)].flatMap(edgesOf);
  const leaving = inner.filter(({ target }) => target !== null && !isInside(target, one));
  const told = new Set<string>();
  return leaving.flatMap((edge) => {
    const key = JSON.stringify([edge.event, edge.guard, edge.target?.id]);
    if (told.has(key)) return [];
    told.add(key);
    return [{ ...edge, source: one }];
  });
}

/** Whether `node` lies in `ancestor`, at any depth; a state does not lie in itself. */
export function isInside(node: AnyStateNode, ancestor: AnyStateNode): boolean {
  for (let up = node.parent; up !== undefined; up = up.parent) if (up === ancestor) return true;
  return false;
}

/** `event [guard]`, as edges are labelled; `actions` adds ` / a, b`. */
export function edgeLabel(edge: ChartEdge, actions: boolean): string {
  const event = eventText(edge.event);
  const guard = edge.guard === null ? (edge.otherwise ? '[else]' : '') : `[${edge.guard}]`;
  const text = [event, guard].filter((piece) => piece !== '').join(' ');
  return actions && edge.actions.length > 0 ? `${text} / ${edge.actions.join(', ')}` : text;
}

function edgesOf(node: AnyStateNode): ChartEdge[] {
  const candidates = [...node.transitions.values(), node.always ?? []];
  return candidates.flatMap((transitions) =>
    transitions.flatMap((transition, index) => {
      const otherwise = transition.guard === undefined && index > 0;
      const targets: readonly (AnyStateNode | null)[] = transition.target ?? [null];
      return targets.map((target) => ({
        source: node,
        target,
        event: transition.eventType,
        guard: transition.guard === undefined ? null : partName(transition.guard),
        otherwise,
        actions: transition.actions.map(partName),
      }));
    }),
  );
}

/** XState's own events in words: `xstate.error.actor.prober` is `prober failed`. */
function eventText(event: string): string {
  const actor = /^xstate\.(error|done)\.actor\.(.+)$/.exec(event);
  if (actor !== null) return `${actor[2]} ${actor[1] === 'error' ? 'failed' : 'is done'}`;
  const after = /^xstate\.after\.([^.]+)\./.exec(event);
  return after === null ? event : `after ${after[1]}`;
}

/** The name of a guard or an action, with the values of its parameters. */
function partName(part: unknown): string {
  if (typeof part === 'string') return part;
  const { type, params } = part as { type?: string; params?: Record<string, unknown> };
  if (type === undefined) throw new TypeError('a guard or action of a chart has no name');
  return params === undefined ? type : `${type}(${Object.values(params).join(', ')})`;
}
