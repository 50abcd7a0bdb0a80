import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { allEdges, type ChartEdge, edgeLabel, isInside, steps } from './edges.ts';

/**
 * The chart as a Mermaid `stateDiagram-v2`: nested states, one arrow for each pair of states, on it one line for each
 * transition as `event [guard] / actions`. Mermaid cannot draw an arrow from a state to a state in it, nor a loop on
 * a state that has states: such a transition is drawn from each inner state that leaves the event to it. Events that a
 * state names so as to ignore them stand in comments.
 */
export function chartMermaid(machine: AnyStateMachine): string {
  const edges = allEdges(machine);
  const ignored = edges.filter((edge) => edge.target === null && edge.actions.length === 0);
  const drawn = edges.filter((edge) => !ignored.includes(edge)).flatMap((edge) => spread(edge, edge.source));
  const lines = [
    'stateDiagram-v2',
    `  %% ${machine.id}`,
    ...body(machine.root, '  '),
    ...arrows(drawn).map((line) => `  ${line}`),
    ...ignored.map((edge) => `  %% ${alias(edge.source)} ignores ${edgeLabel(edge, false)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** The name of a state as Mermaid takes it: ids there have no hyphen and no dot. */
function alias(node: AnyStateNode): string {
  return (node.path.length === 0 ? node.id : node.path.join('_')).replace(/[^A-Za-z0-9_]/g, '_');
}

function body(node: AnyStateNode, indent: string): string[] {
  const initial = node.initial.target[0];
  return [
    ...(initial === undefined ? [] : [`${indent}[*] --> ${alias(initial)}`]),
    ...steps(node).flatMap((child) => declaration(child, indent)),
  ];
}

function declaration(node: AnyStateNode, indent: string): string[] {
  const head = `${indent}state "${node.key}" as ${alias(node)}`;
  if (steps(node).length > 0) return [`${head} {`, ...body(node, `${indent}  `), `${indent}}`];
  return node.type === 'final' ? [head, `${indent}${alias(node)} --> [*]`] : [head];
}

/** The same transition with a source that Mermaid can draw it from. */
function spread(edge: ChartEdge, source: AnyStateNode): ChartEdge[] {
  const inner = steps(source);
  const inward = edge.target === null || edge.target === source || isInside(edge.target, source);
  if (inner.length === 0 || !inward) return [{ ...edge, source }];
  return inner.filter((child) => passesOn(child, edge)).flatMap((child) => spread(edge, child));
}

function passesOn(child: AnyStateNode, { event }: ChartEdge): boolean {
  if (child.type === 'final') return false;
  const own = child.transitions.get(event) ?? [];
  return own.every((transition) => transition.guard !== undefined);
}

function arrows(edges: readonly ChartEdge[]): string[] {
  const labels = new Map<string, string[]>();
  for (const edge of edges) {
    const arrow = `${alias(edge.source)} --> ${alias(edge.target ?? edge.source)}`;
    const label = edgeLabel(edge, true);
    const lines = labels.get(arrow) ?? [];
    if (!lines.includes(label)) labels.set(arrow, [...lines, label]);
  }
  return [...labels].map(([arrow, lines]) => `${arrow} : ${lines.join('<br/>')}`);
}
