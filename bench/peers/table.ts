import { groupBy } from './group-by.ts';
import type { Spread } from './stats.ts';
import type { Row } from './summary.ts';
import { FIGURE_NAMES, FIGURES, type Figure } from './work.ts';

/** Medians with their spread: a table for each section and work. */
export function resultTables(rows: readonly Row[]): string {
  const groups = groupBy(rows, ({ section, work }) => `${section}: ${work}`);
  return [...groups].map(([title, group]) => `${title}\n${resultTable(group)}`).join('\n\n');
}

/** Columns as wide as their widest cell; the first is flush left, the others right. */
export function textTable(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  return lines
    .map((line) =>
      widths
        .map((width, column) => {
          const cell = line[column] ?? '';
          return column === 0 ? cell.padEnd(width) : cell.padStart(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function resultTable(rows: readonly Row[]): string {
  const figures = FIGURE_NAMES.filter((figure) => rows.some((row) => row.figures[figure] !== undefined));
  const head = figures.map((figure) => `${FIGURES[figure].title} ${FIGURES[figure].unit}`);
  const body = rows.map((row) => [
    `  ${row.proxy}`,
    ...figures.map((figure) => formatSpread(row.figures[figure], figure)),
  ]);
  return textTable([[`  (${Math.max(...rows.map(({ rounds }) => rounds))} rounds)`, ...head], ...body]);
}

function formatSpread(spread: Spread | undefined, figure: Figure): string {
  if (spread === undefined) return '-';
  const [median, min, max] = [spread.median, spread.min, spread.max].map((value) =>
    value.toFixed(FIGURES[figure].digits),
  );
  return `${median} (${min}..${max})`;
}
