import { describe, expect, it } from 'vitest';
import { AGENT_SILENT } from '../../src/core/agent.ts';
import { UpstreamTable } from '../../src/core/upstream-table.ts';
import { ALL_FULL } from '../../src/core/upstreams.ts';
import { parseAgentLine } from '../../src/probe/index.ts';
import { AgentBook } from '../../src/upstream/agent-book.ts';
import { createPicker } from '../../src/upstream/index.ts';
import { settleRows } from '../../src/upstream/settle-rows.ts';
import { HEALTH, keyOf, planOf } from './plans.ts';

const AGENT = { ...HEALTH, probe: { kind: 'agent', send: '' } } as const;

function book(weights: readonly number[], limits: readonly number[] = []) {
  const plan = planOf({
    health: AGENT,
    backends: weights.map((weight, row) => ({ weight, connectionsMax: limits[row] ?? 0 })),
  });
  const table = new UpstreamTable(weights.length);
  settleRows(null, plan, table, 0, () => {});
  const agents = new AgentBook(table);
  const changes: string[] = [];
  const says = (row: number, line: string): string | null => {
    const words = parseAgentLine(line);
    if (words === null) throw new Error(line);
    return agents.heard(row, words, (_before, said) => changes.push(`${row}: ${said}`));
  };
  const picker = createPicker(plan, table, 0);
  const picks = (count: number): number[] => {
    const counts = weights.map(() => 0);
    for (let nth = 0; nth < count; nth++) {
      const row = picker.pick(0, keyOf('192.0.2.1'), []);
      if (row >= 0) counts[row] = (counts[row] ?? 0) + 1;
      if (row >= 0) picker.failed(row);
    }
    return counts;
  };
  return { plan, table, says, changes, picks, picker };
}

describe('what an agent says', () => {
  it('makes shares of weights, those of 1 too, and no share where it drains', () => {
    const { says, picks } = book([1, 1, 4]);
    says(0, '50%');
    says(2, '25%');
    expect(picks(500)).toEqual([100, 200, 200]);
    says(1, 'drain');
    expect(picks(300)).toEqual([100, 0, 200]);
    says(1, 'ready');
    says(0, '0%');
    expect(picks(300)).toEqual([0, 150, 150]);
  });

  it('lowers the limit of connections and never raises it', () => {
    const { says, picker } = book([1], [3]);
    says(0, 'maxconn:2');
    const key = keyOf('192.0.2.1');
    const pick = () => picker.pick(0, key, []);
    expect([pick(), pick(), pick()]).toEqual([0, 0, ALL_FULL]);
    says(0, 'maxconn:9');
    expect([pick(), pick()]).toEqual([0, ALL_FULL]);
  });

  it('is told once for each change, and a failure to tell leaves all as it was', () => {
    const { says, changes, table } = book([1]);
    for (const line of ['up 50%', 'up 50%', '50%', 'maxconn:3', 'up', 'drain', 'ready']) says(0, line);
    expect(changes).toEqual([
      '0: 50% ready',
      '0: 50% ready maxconn:3',
      '0: 50% drain maxconn:3',
      '0: 50% ready maxconn:3',
    ]);
    const words = parseAgentLine('1%');
    const torn = (): never => {
      throw new Error('torn');
    };
    if (words !== null) expect(() => new AgentBook(table).heard(0, words, torn)).toThrow('torn');
    expect(table.agent(0).percent).toBe(50);
  });

  it('keeps a backend down until it says up', () => {
    const { says } = book([1]);
    expect(['down #tea', '75%', 'ready', 'up', '75%'].map((line) => says(0, line))).toEqual([
      'the agent says down #tea',
      'the agent says down',
      'the agent says down',
      null,
      null,
    ]);
  });

  it('is kept over a reload that still asks an agent, and forgotten by one that asks none', () => {
    const { plan, table, says } = book([4]);
    says(0, '50% maxconn:3');
    settleRows(plan, { ...plan }, table, 0, () => {});
    expect([table.weight(0), table.agentMax(0)]).toEqual([2, 3]);
    const [pool] = plan.pools;
    if (pool === undefined) throw new Error('no pool');
    settleRows(plan, { ...plan, pools: [{ ...pool, health: HEALTH }] }, table, 0, () => {});
    expect([table.weight(0), table.agent(0)]).toEqual([4, AGENT_SILENT]);
  });
});
