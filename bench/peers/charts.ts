import { groupBy } from './group-by.ts';
import type { Row } from './summary.ts';
import { barChart, lineChart } from './svg.ts';
import { FIGURE_NAMES, FIGURES, type Figure } from './work.ts';

/** Plots by file name: bars for each work and figure, and lines over how many connections there are. */
export function charts(rows: readonly Row[]): Map<string, string> {
  const drawn = new Map<string, string>();
  const sections = groupBy(rows, ({ section }) => section);
  for (const [section, group] of sections) {
    for (const figure of FIGURE_NAMES) {
      if (section === 'connections') drawGrowth(section, group, figure, drawn);
      else drawBars(section, group, figure, drawn);
    }
  }
  return drawn;
}

function drawBars(section: string, rows: readonly Row[], figure: Figure, drawn: Map<string, string>): void {
  for (const [work, group] of groupBy(rows, (row) => row.work)) {
    const bars = group.flatMap(({ proxy, figures }) => {
      const value = figures[figure];
      return value === undefined ? [] : [{ label: proxy, value }];
    });
    if (bars.length > 0)
      drawn.set(fileName(section, work, figure), barChart(titleOf(section, work, figure), bars));
  }
}

/** Of `requests-N` the places are the Ns. */
function drawGrowth(section: string, rows: readonly Row[], figure: Figure, drawn: Map<string, string>): void {
  const works = [...new Set(rows.map(({ work }) => work))];
  const lines = [...groupBy(rows, ({ proxy }) => proxy)].map(([label, group]) => ({
    label,
    values: works.map((work) => group.find((row) => row.work === work)?.figures[figure] ?? null),
  }));
  if (lines.every(({ values }) => values.every((value) => value === null))) return;
  const places = works.map((work) => work.replace(/^\D+/, ''));
  const title = titleOf(section, 'requests', figure);
  drawn.set(fileName(section, 'growth', figure), lineChart(title, places, lines));
}

function titleOf(section: string, work: string, figure: Figure): string {
  const { title, unit } = FIGURES[figure];
  return `${section}, ${work}: ${title}, ${unit}`;
}

function fileName(section: string, work: string, figure: Figure): string {
  const kebab = figure.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `${section.replaceAll(' ', '-')}-${work}-${kebab}.svg`;
}
