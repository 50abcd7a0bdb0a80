/** First line of every generated page. */
export const GENERATED = '<!-- Made by scripts/docs.ts (npm run docs); changes made here are lost. -->';

/** A table, aligned as the formatter has it; cells may hold inline Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(escapeCell));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const [title = [], ...body] = cells.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)),
  );
  const rule = widths.map((width) => '-'.repeat(width));
  return [title, rule, ...body].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** Inline code. */
export function code(text: string): string {
  return `\`${text}\``;
}

/** The text with a capital in front and a full stop behind. */
export function asSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** The anchor that GitHub gives a heading. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
}
