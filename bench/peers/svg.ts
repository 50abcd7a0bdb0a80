import { escapeXml } from '../../src/core/escape-xml.ts';
import type { Spread } from './stats.ts';

export interface Bar {
  readonly label: string;
  readonly value: Spread;
}

export interface Line {
  readonly label: string;
  /** One for each place of the axis. null: not measured. */
  readonly values: readonly (Spread | null)[];
}

const COLORS = ['#1f77b4', '#ff7f0e', '#2ca02c', '#d62728', '#9467bd', '#8c564b', '#e377c2', '#7f7f7f'];
const WIDTH = 720;
const BAR = { height: 18, step: 30, left: 190, top: 44, right: 110 };
const PLOT = { left: 80, top: 44, width: 460, height: 260, bottom: 44 };
const TICKS = 4;
const LOGARITHMIC_FROM = 30;

/** Horizontal bars of medians, with a whisker from the least to the most. */
export function barChart(title: string, bars: readonly Bar[]): string {
  const most = Math.max(...bars.map(({ value }) => value.max), Number.MIN_VALUE);
  const scale = (value: number) => (Math.max(value, 0) / most) * (WIDTH - BAR.left - BAR.right);
  const drawn = bars.map(({ label, value }, index) => {
    const y = BAR.top + index * BAR.step;
    const middle = y + BAR.height / 2;
    return [
      text(BAR.left - 8, middle + 4, label, 'end'),
      `<rect x="${BAR.left}" y="${y}" width="${px(scale(value.median))}" height="${BAR.height}" fill="${colorOf(index)}"/>`,
      line(BAR.left + scale(value.min), middle, BAR.left + scale(value.max), middle, '#222'),
      text(BAR.left + scale(value.max) + 6, middle + 4, short(value.median), 'start'),
    ].join('\n');
  });
  return page(BAR.top + bars.length * BAR.step + 10, title, drawn);
}

/**
 * Lines of medians over places that are equally far apart, with whiskers. Upward each step is a power of ten where the
 * values are far from each other.
 */
export function lineChart(title: string, places: readonly string[], lines: readonly Line[]): string {
  const spreads = lines.flatMap(({ values }) => values.filter((value) => value !== null));
  const { ticks, share } = scaleOf(spreads);
  const x = (index: number) => PLOT.left + (index / Math.max(places.length - 1, 1)) * PLOT.width;
  const y = (value: number) => PLOT.top + (1 - share(value)) * PLOT.height;
  const grid = ticks.map((value) =>
    [
      line(PLOT.left, y(value), PLOT.left + PLOT.width, y(value), '#ddd'),
      text(PLOT.left - 8, y(value) + 4, short(value), 'end'),
    ].join('\n'),
  );
  const axis = places.map((place, index) => text(x(index), PLOT.top + PLOT.height + 20, place, 'middle'));
  const drawn = lines.map(({ label, values }, index) => {
    const points = values.flatMap((value, at) => (value === null ? [] : [{ at, value }]));
    const path = points.map(({ at, value }) => `${px(x(at))},${px(y(value.median))}`).join(' ');
    return [
      `<polyline points="${path}" fill="none" stroke="${colorOf(index)}" stroke-width="2"/>`,
      ...points.map(({ at, value }) => line(x(at), y(value.min), x(at), y(value.max), colorOf(index))),
      text(PLOT.left + PLOT.width + 16, PLOT.top + 14 + index * 18, label, 'start', colorOf(index)),
    ].join('\n');
  });
  return page(PLOT.top + PLOT.height + PLOT.bottom, title, [...grid, ...axis, ...drawn]);
}

interface Scale {
  readonly ticks: readonly number[];
  /** Of the height, from below. */
  readonly share: (value: number) => number;
}

function scaleOf(spreads: readonly Spread[]): Scale {
  const most = Math.max(...spreads.map(({ max }) => max), Number.MIN_VALUE);
  const least = Math.min(...spreads.map(({ min }) => min), most);
  if (least <= 0 || most / least < LOGARITHMIC_FROM) {
    const ticks = Array.from({ length: TICKS + 1 }, (_, tick) => (most * tick) / TICKS);
    return { ticks, share: (value) => Math.max(value, 0) / most };
  }
  const [bottom, top] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
  const ticks = Array.from({ length: top - bottom + 1 }, (_, power) => 10 ** (bottom + power));
  return { ticks, share: (value) => (Math.log10(value) - bottom) / (top - bottom) };
}

function page(height: number, title: string, content: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="16" y="24" font-size="15" font-weight="bold">${escapeXml(title)}</text>`,
    ...content,
    '</svg>',
    '',
  ].join('\n');
}

function text(x: number, y: number, content: string, anchor: string, fill = '#222'): string {
  return `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}" fill="${fill}">${escapeXml(content)}</text>`;
}

function line(x1: number, y1: number, x2: number, y2: number, stroke: string): string {
  return `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" stroke="${stroke}"/>`;
}

function colorOf(index: number): string {
  return COLORS[index % COLORS.length] ?? '#222';
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Three digits that count. */
function short(value: number): string {
  return value === 0 ? '0' : Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
