import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Budget, fails, judge, ratios, verdictLine } from '../../bench/peers/budgets.ts';
import { charts } from '../../bench/peers/charts.ts';
import { parseCores } from '../../bench/peers/cores.ts';
import { parseOptions } from '../../bench/peers/options.ts';
import { parseCpuTimes, warningOf } from '../../bench/peers/others.ts';
import { BUDGETS, fullPlan, quickPlan } from '../../bench/peers/plans.ts';
import { rotate, spreadOf } from '../../bench/peers/stats.ts';
import { summarize } from '../../bench/peers/summary.ts';
import { barChart, lineChart } from '../../bench/peers/svg.ts';
import { resultTables, textTable } from '../../bench/peers/table.ts';
import { type Sample, workName } from '../../bench/peers/work.ts';

const AT_MOST: Budget = {
  name: 'cost',
  section: 'peers',
  work: 'bulk-1',
  figure: 'cpuPerGb',
  ours: 'sluice',
  peer: 'other',
  must: { most: 1.1 },
};
const AT_LEAST: Budget = { ...AT_MOST, must: { least: 0.5 } };

describe('the middle of some values', () => {
  test.each([
    [[3, 1, 2], { median: 2, min: 1, max: 3 }],
    [[4, 1, 2, 3], { median: 2.5, min: 1, max: 4 }],
    [[7], { median: 7, min: 7, max: 7 }],
  ])('of %j is %j', (values, spread) => {
    expect(spreadOf(values)).toEqual(spread);
  });

  test('does not exist where there are none', () => {
    expect(spreadOf([])).toBeNull();
  });

  test('has as many values above as below, in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const { median = 0, min = 0, max = 0 } = spreadOf(values) ?? {};
        expect(values.filter((value) => value < median).length).toBeLessThanOrEqual(values.length / 2);
        expect(values.filter((value) => value > median).length).toBeLessThanOrEqual(values.length / 2);
        expect([min, max]).toEqual([Math.min(...values), Math.max(...values)]);
      }),
    );
  });
});

test('each place in the order of a round falls to everybody', () => {
  const orders = [0, 1, 2].map((round) => rotate(['a', 'b', 'c'], round).join(''));
  expect(orders).toEqual(['abc', 'bca', 'cab']);
  expect(rotate([], 3)).toEqual([]);
});

test('cores are read as the kernel lists them', () => {
  expect(parseCores('0-2,5')).toEqual([0, 1, 2, 5]);
  expect(parseCores('3')).toEqual([3]);
});

test('time of the cores is read from the first line of the kernel, idle and waiting apart', () => {
  const stat = 'cpu  1 2 3 100 50 4 5 6 7 8\ncpu0 9 9 9 9 9 9 9 9 9 9\n';
  expect(parseCpuTimes(stat)).toEqual({ busy: 21, all: 171 });
});

test('a machine that others use before or after the run is warned of, a quiet one is not', () => {
  expect(warningOf(0.02, 0.09)).toBeNull();
  expect(warningOf(0.02, 0.5)).toContain('2 % of the cores before the run and 50 % after');
});

describe('a budget', () => {
  test('is the ratio within each round, not of medians', () => {
    const samples = [...cost('sluice', 1, 20, 3), ...cost('other', 1, 10, 30)];
    expect(ratios(AT_MOST, samples)).toEqual([1, 2, 0.1]);
    expect(judge(AT_MOST, samples, []).ratio).toEqual({ median: 1, min: 0.1, max: 2 });
  });

  test('leaves out a round in which one of the two was not measured', () => {
    const samples = [...cost('sluice', 1, 2, 3), ...cost('other', 1, 2)];
    expect(ratios(AT_MOST, samples)).toEqual([1, 1]);
  });

  test.each([
    [AT_MOST, 11, 10, 'ok'],
    [AT_MOST, 111, 100, 'MISSED'],
    [AT_LEAST, 5, 10, 'ok'],
    [AT_LEAST, 49, 100, 'MISSED'],
  ])('is held at its edge and missed beyond it: %#', (budget, ours, peer, outcome) => {
    const verdict = judge(budget, [...cost('sluice', ours), ...cost('other', peer)], []);
    expect(verdict.outcome).toBe(outcome);
    expect(fails([verdict], false)).toBe(outcome === 'MISSED');
  });

  test('says in its line the ratio, what it must be, the spread and the outcome', () => {
    const samples = [...cost('sluice', 1, 3), ...cost('other', 2, 2)];
    expect(verdictLine(judge(AT_MOST, samples, []))).toBe(
      'cost             1.00 must <= 1.1 (0.50..1.50) ok',
    );
  });

  test('whose peer is not installed names the package, and fails a strict run only', () => {
    const gap = { section: 'peers', proxy: 'other', work: null, why: 'install other-package' };
    const verdict = judge(AT_MOST, cost('sluice', 1), [gap]);
    expect(verdictLine(verdict)).toBe('cost             not measured: install other-package');
    expect([fails([verdict], false), fails([verdict], true)]).toEqual([false, true]);
  });

  test('is missed where Sluice itself does not run', () => {
    const gap = { section: 'peers', proxy: 'sluice', work: null, why: 'it did not start' };
    const verdict = judge(AT_MOST, cost('other', 1), [gap]);
    expect(verdictLine(verdict)).toBe('cost             MISSED: it did not start');
    expect(fails([verdict], false)).toBe(true);
  });
});

describe('the plans', () => {
  test.each([
    ['quick', quickPlan(5)],
    ['full', fullPlan(5)],
  ])('of a %s run measure both sides of each budget', (_, plan) => {
    for (const { section, work, ours, peer } of BUDGETS) {
      const cells = plan.find(({ name }) => name === section)?.cells ?? [];
      const names = cells.find((cell) => workName(cell.work) === work)?.proxies.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining([ours, peer]));
    }
  });

  test('call no two works of a section, and no two proxies of a work, the same', () => {
    for (const { cells } of fullPlan(5)) {
      expect(new Set(cells.map(({ work }) => workName(work))).size).toBe(cells.length);
      for (const { proxies } of cells) {
        expect(new Set(proxies.map(({ name }) => name)).size).toBe(proxies.length);
      }
    }
  });
});

describe('the table', () => {
  test('has its first column flush left and the others right', () => {
    expect(
      textTable([
        ['name', 'rate'],
        ['a', '1'],
        ['longer', '22222'],
      ]),
    ).toBe(['name     rate', 'a           1', 'longer  22222'].join('\n'));
  });

  test('shows the median and the spread of what was measured, and a dash for what was not', () => {
    const direct: Sample = { ...cost('direct', 0)[0]!, figures: { gbitPerSecond: 10 } };
    const text = resultTables(summarize([...cost('sluice', 1, 2, 4), direct]));
    expect(text).toContain('peers: bulk-1\n  (3 rounds)');
    expect(text).toMatch(/^ {2}sluice +2\.000 \(1\.000\.\.4\.000\) +-$/m);
    expect(text).toMatch(/^ {2}direct +- +10\.00 \(10\.00\.\.10\.00\)$/m);
  });
});

describe('a plot', () => {
  const some = { median: 2, min: 1, max: 3 };

  test('of bars is well-formed, whatever the labels', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (title, labels) => {
        expectWellFormed(barChart(title, [...labels.map((label) => ({ label, value: some }))]));
      }),
    );
  });

  test('of lines leaves out what was not measured', () => {
    const svg = lineChart('<&>', ['1', '10', '100'], [{ label: 'a', values: [some, null, some] }]);
    expectWellFormed(svg);
    expect(/points="([^"]*)"/.exec(svg)?.[1]?.split(' ')).toHaveLength(2);
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  test('of values that are far apart goes up by powers of ten', () => {
    const at = (value: number) => ({ median: value, min: value, max: value });
    const svg = lineChart('', ['1', '2', '3'], [{ label: 'a', values: [at(1), at(10), at(100)] }]);
    const heights = (/points="([^"]*)"/.exec(svg)?.[1] ?? '')
      .split(' ')
      .map((point) => Number(point.split(',')[1]));
    expect(heights[0]! - heights[1]!).toBeCloseTo(heights[1]! - heights[2]!);
  });

  test('of nothing is one all the same', () => {
    expectWellFormed(barChart('', []));
    expectWellFormed(lineChart('', [], []));
  });

  test('is drawn for each work and figure, and once for how something grows', () => {
    const grown = [1, 10].map(
      (count): Sample => ({
        section: 'connections',
        work: `requests-${count}`,
        proxy: 'sluice',
        round: 0,
        figures: { perSecond: count },
      }),
    );
    const drawn = charts(summarize([...cost('sluice', 1), ...grown]));
    expect([...drawn.keys()]).toEqual(['peers-bulk-1-cpu-per-gb.svg', 'connections-growth-per-second.svg']);
    drawn.forEach(expectWellFormed);
  });
});

describe('the command line', () => {
  test('measures everything into .artifacts/bench/ where nothing else is said', () => {
    expect(parseOptions([])).toEqual({
      quick: false,
      strict: false,
      out: '.artifacts/bench/',
      rounds: null,
      sluice: null,
    });
  });

  test.each(['0', '1.5', 'many', '1000'])('refuses %s rounds', (rounds) => {
    expect(() => parseOptions(['--rounds', rounds])).toThrow('whole number');
  });
});

/** A sample for each round. */
function cost(proxy: string, ...values: readonly number[]): Sample[] {
  return values.map((cpuPerGb, round) => ({
    section: 'peers',
    work: 'bulk-1',
    proxy,
    round,
    figures: { cpuPerGb },
  }));
}

/** Every element is closed in its turn, and no text holds what XML reserves. */
function expectWellFormed(svg: string): void {
  const open: string[] = [];
  const text = svg.replaceAll(
    /<(\/?)([a-z]+)((?: [a-zA-Z0-9-]+="[^"<>]*")*)(\/?)>/g,
    (_, end, name, __, empty) => {
      if (end) expect(open.pop()).toBe(name);
      else if (!empty) open.push(name);
      return '';
    },
  );
  expect(open).toEqual([]);
  expect(text).not.toMatch(/[<>]|&(?!(amp|lt|gt|quot);)/);
}
