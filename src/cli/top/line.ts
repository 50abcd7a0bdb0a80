import { cells, clip, shown } from './shown.ts';

/** How a piece of text stands out. What a style says is never said by it alone: without colours the words are enough. */
export type Style = 'plain' | 'dim' | 'bold' | 'title' | 'good' | 'bad' | 'warn' | 'selected';

/** A piece of text in one style. Its text may be anything: it is made harmless where it is painted. */
export interface Span {
  readonly text: string;
  readonly style: Style;
}

/** One line of a frame. */
export type Line = readonly Span[];

/** What styles become. `colours`: SGR colours; `attributes`: bold and reverse alone; `none`: bare text. */
export type Palette = 'colours' | 'attributes' | 'none';

const COLOURS: Readonly<Record<Style, string>> = {
  plain: '',
  dim: '2',
  bold: '1',
  title: '1;36',
  good: '32',
  bad: '31',
  warn: '33',
  selected: '7',
};

const ATTRIBUTES: Readonly<Record<Style, string>> = {
  ...{ plain: '', dim: '', bold: '1', title: '1', good: '', bad: '1', warn: '', selected: '7' },
};

export function span(text: string, style: Style = 'plain'): Span {
  return { text, style };
}

export function line(...parts: readonly (string | Span)[]): Line {
  return parts.map((part) => (typeof part === 'string' ? span(part) : part));
}

/** A line of at most `width` cells, as a terminal gets it: without control characters but those of the styles. */
export function paint(spans: Line, width: number, palette: Palette): string {
  let left = width;
  let made = '';
  for (const { text, style } of spans) {
    const part = clip(shown(text), left);
    left -= cells(part);
    const code = palette === 'none' ? '' : (palette === 'colours' ? COLOURS : ATTRIBUTES)[style];
    made += code === '' || part === '' ? part : `\x1b[${code}m${part}\x1b[0m`;
    if (left <= 0) break;
  }
  return made;
}

/** Cells of a line. */
export function lineCells(spans: Line): number {
  return spans.reduce((sum, { text }) => sum + cells(shown(text)), 0);
}
