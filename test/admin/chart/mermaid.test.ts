import { describe, expect, it } from 'vitest';
import { type AnyStateNode, createMachine } from 'xstate';
import { CHART_NAMES, CHARTS } from '../../../src/admin/chart/charts.ts';
import { allEdges, type ChartEdge, isInside, steps } from '../../../src/admin/chart/edges.ts';
import { chartMermaid } from '../../../src/admin/chart/mermaid.ts';

interface Arrow {
  readonly source: string;
  readonly target: string;
  readonly lines: readonly string[];
}

function arrowsOf(text: string): Arrow[] {
  const matches = text.matchAll(/^ +([A-Za-z0-9_]+) --> ([A-Za-z0-9_]+) : (.+)$/gm);
  return [...matches].map(([, source = '', target = '', label = '']) => ({
    source,
    target,
    lines: label.split('<br/>'),
  }));
}

function all(node: AnyStateNode): AnyStateNode[] {
  return [node, ...steps(node).flatMap(all)];
}

function aliasOf(node: AnyStateNode): string {
  return node.path.join('_').replaceAll('-', '_');
}

/** How a transition may be written: an unguarded one as it is, or as what is done otherwise. */
function linesFor({ event, guard, actions }: ChartEdge): string[] {
  const crash = /^xstate\.error\.actor\.(.+)$/.exec(event);
  const delay = /^xstate\.after\.(\w+)\./.exec(event);
  const name = crash !== null ? `${crash[1]} failed` : delay !== null ? `after ${delay[1]}` : event;
  const guards = guard === null ? ['', ' [else]'] : [` [${guard}]`];
  const tail = actions.length === 0 ? '' : ` / ${actions.join(', ')}`;
  return guards.map((text) => `${name}${text}${tail}`.trimStart());
}

describe.each(CHART_NAMES)('the Mermaid diagram of %s', (name) => {
  const machine = CHARTS[name];
  const text = chartMermaid(machine);
  const states = all(machine.root).filter((node) => node !== machine.root);

  it('has every state once, by its name, with an id of letters, digits and _', () => {
    const declared = [...text.matchAll(/^ +state "([^"]+)" as ([A-Za-z0-9_]+)(?: \{)?$/gm)];
    expect(declared.map(([, shown, id]) => [shown, id])).toEqual(
      states.map((node) => [node.key, aliasOf(node)]),
    );
    expect(new Set(declared.map(([, , id]) => id)).size).toBe(states.length);
  });

  it('is made of as many transitions as the machine has', () => {
    const counts = all(machine.root).map((node) => {
      const candidates = [...node.transitions.values(), node.always ?? []].flat();
      return candidates.reduce((sum, { target }) => sum + Math.max(1, target?.length ?? 1), 0);
    });
    expect(allEdges(machine).length).toBe(counts.reduce((sum, count) => sum + count, 0));
  });

  it('has every transition: from its state or one in it, to its target, with event, guard and actions', () => {
    const arrows = arrowsOf(text);
    const drawn = allEdges(machine).filter((edge) => edge.target !== null || edge.actions.length > 0);
    expect(drawn.length).toBeGreaterThan(2);
    for (const edge of drawn) {
      const sources = states.filter((node) => node === edge.source || isInside(node, edge.source));
      const found = arrows.filter(({ source, target }) => {
        const from = sources.find((node) => aliasOf(node) === source);
        return from !== undefined && target === aliasOf(edge.target ?? from);
      });
      const written = found.flatMap(({ lines }) => lines);
      const line = linesFor(edge).find((expected) => written.includes(expected));
      expect(line, `${edge.source.id} ${edge.event} [${edge.guard}] → ${edge.target?.id}`).toBeDefined();
    }
  });

  it('draws no arrow from a state to a state in it, which Mermaid cannot', () => {
    for (const { source, target } of arrowsOf(text)) {
      const [from, to] = [source, target].map((id) => states.find((node) => aliasOf(node) === id));
      expect(from && to && isInside(to, from)).toBe(false);
      if (source === target) expect(Object.keys(from?.states ?? {})).toEqual([]);
    }
  });

  it('has no sign in a label that ends it', () => {
    for (const { lines } of arrowsOf(text)) for (const line of lines) expect(line).not.toMatch(/[:;#"]/);
  });

  it('closes every bracket it opens', () => {
    expect(text.match(/\{$/gm)?.length ?? 0).toBe(text.match(/^ *\}$/gm)?.length ?? 0);
  });
});

it('a transition of an outer state is drawn from the inner states that leave it to that one', () => {
  const machine = createMachine({
    id: 'nest',
    initial: 'a',
    on: { go: '.c', stay: { actions: 'note' } },
    states: {
      a: { on: { go: 'b' } },
      b: { on: { go: [{ guard: 'sure', target: 'a' }] } },
      c: { type: 'final' },
    },
  });
  const arrows = arrowsOf(chartMermaid(machine)).map(({ source, target, lines }) => [
    source,
    target,
    ...lines,
  ]);
  expect(arrows).toEqual([
    ['b', 'c', 'go'],
    ['a', 'a', 'stay / note'],
    ['b', 'b', 'stay / note'],
    ['a', 'b', 'go'],
    ['b', 'a', 'go [sure]'],
  ]);
});
