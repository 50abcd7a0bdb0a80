import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { type DirectedGraphNode, toDirectedGraph } from 'xstate/graph';
import { CHART_NAMES, CHARTS } from '../../../src/admin/chart/charts.ts';
import { chartDefinition, chartJson } from '../../../src/admin/chart/definition.ts';

/** Actions as plain data: those that XState makes for a delay are functions, of which each machine has its own. */
function plainActions(actions: readonly unknown[]): unknown[] {
  return actions.map((action) => {
    if (typeof action !== 'function') return action;
    const { type, id, delay } = action as { type?: unknown; id?: unknown; delay?: unknown };
    return { type, id, delay };
  });
}

/** A graph as plain data: every state, and every transition with its guard, its actions and where it leads. */
function plain(node: DirectedGraphNode): unknown {
  const edges = node.edges.map((edge) => ({
    source: edge.source.id,
    target: edge.target.id,
    event: edge.transition.eventType,
    guard: edge.transition.guard,
    actions: edge.transition.actions,
    reenter: edge.transition.reenter,
    stays: edge.transition.target === undefined,
  }));
  const { entry, exit, type, description, always, invoke, initial } = node.stateNode;
  const eventless = (always ?? []).map(({ guard, actions, target }) => ({
    guard,
    actions,
    target: target?.map(({ id }) => id),
  }));
  const [entered, left] = [plainActions(entry), plainActions(exit)];
  const own = { id: node.id, entered, left, type, description, eventless };
  const invoked = invoke.map(({ id, src }) => ({ id, src }));
  return {
    ...own,
    invoked,
    initial: initial?.target?.map(({ id }) => id),
    edges,
    children: node.children.map(plain),
  };
}

describe.each(CHART_NAMES)('the chart %s', (name) => {
  const machine = CHARTS[name];

  it('bears its own name', () => {
    expect(machine.id).toBe(name);
  });

  it('comes back from its JSON with the same states and transitions', () => {
    const again = createMachine(JSON.parse(chartJson(machine)));
    expect(plain(toDirectedGraph(again))).toEqual(plain(toDirectedGraph(machine)));
  });

  it('has nothing in its definition that JSON would lose', () => {
    const definition = chartDefinition(machine);
    expect(JSON.parse(JSON.stringify(definition))).toEqual(definition);
    expect(definition).not.toHaveProperty('context');
  });
});

it('a function in a chart is an error with its path, not a silent gap', () => {
  const machine = createMachine({ id: 'odd', initial: 'a', states: { a: { entry: () => {} } } });
  expect(() => chartDefinition(machine)).toThrow('odd.states.a.entry is a function');
});
