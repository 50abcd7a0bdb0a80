/** Cells of one line of a table. */
export type Row = readonly string[];

/** Lines in which the cells of a column stand below each other; the last cell of a row is not padded. */
export function rows(table: readonly Row[]): string[] {
  const widths: number[] = [];
  for (const row of table)
    for (const [column, cell] of row.slice(0, -1).entries())
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return table.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** The lines, two spaces further in. */
export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
