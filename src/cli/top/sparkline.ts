const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** A value and when it was measured, in milliseconds of any clock. */
export interface Point {
  readonly at: number;
  readonly value: number;
}

/**
 * The values of the last `spanMs` up to `now` as bars in `width` cells, the newest at the right; the greatest fills its
 * cell, 0 is the lowest bar. A cell that several values fall into shows the greatest; one without any what came before it, and
 * a blank before the first.
 */
export function sparkline(points: readonly Point[], now: number, spanMs: number, width: number): string {
  const columns: (number | null)[] = new Array<number | null>(width).fill(null);
  for (const { at, value } of points) {
    const column = width - 1 - Math.floor(((now - at) * width) / spanMs);
    if (column >= 0 && column < width) columns[column] = Math.max(columns[column] ?? 0, value);
  }
  const most = Math.max(...columns.map((value) => value ?? 0));
  let before: number | null = null;
  return columns
    .map((value) => {
      before = value ?? before;
      if (before === null) return ' ';
      return BARS[most === 0 ? 0 : Math.round((before / most) * (BARS.length - 1))] ?? ' ';
    })
    .join('');
}
