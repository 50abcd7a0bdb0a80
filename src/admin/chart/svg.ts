import type { AnyStateMachine } from 'xstate';
import { escapeXml } from '../../core/escape-xml.ts';
import { CHART_CSS } from './css.ts';
import type { Box, Frame, Label, Point, Wire } from './geometry.ts';
import { layOut } from './layout.ts';

/** Radius of corners, and of the dots that begin arrows. */
const CORNER = 8;
const DOT = 4;

/**
 * The chart as an SVG picture. Each state is a `<g data-state="name">` whose `<text data-count>` is empty, for a count
 * to be filled in. The line and the label of a transition share a `data-route`; a label has its `data-to`, and each line of its
 * text a `data-event` and, with spaces between, the states that are left by it, `data-from`. Colours are `currentColor`. Actions, and transitions that leave no state, are not drawn.
 */
export function chartSvg(machine: AnyStateMachine): string {
  const picture = layOut(machine);
  const pad = 2;
  const box = [picture.left - pad, picture.top - pad, picture.width + 2 * pad, picture.height + 2 * pad];
  const [width, height] = box.slice(2).map(Math.ceil);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label="chart ${machine.id}" ` +
      `viewBox="${box.map(round).join(' ')}" width="${width}" height="${height}">`,
    `<style>${CHART_CSS}</style>`,
    ...picture.frames.map(frame),
    ...picture.wires.map(wire),
    ...picture.boxes.map(state),
    ...picture.labels.map(label),
    '</svg>',
    '',
  ].join('\n');
}

function frame({ name, description, depth, left, top, right, bottom }: Frame): string {
  const size = `width="${round(right - left)}" height="${round(bottom - top)}"`;
  return (
    `<g class="frame" data-frame="${escapeXml(name)}">${title(description)}` +
    `<rect x="${round(left)}" y="${round(top)}" ${size} rx="${depth === 0 ? 12 : 10}"/>` +
    `<text x="${round(depth === 0 ? left + 14 : right - 14)}" y="${round(top + 20)}"` +
    ` text-anchor="${depth === 0 ? 'start' : 'end'}">${escapeXml(name)}</text></g>`
  );
}

function state({ name, description, final, left, top, width, height }: Box): string {
  const rect = (inset: number) =>
    `<rect x="${round(left + inset)}" y="${round(top + inset)}" width="${round(width - 2 * inset)}" ` +
    `height="${round(height - 2 * inset)}" rx="${8 - inset / 2}"/>`;
  const x = round(left + width / 2);
  const y = round(top + height / 2);
  return (
    `<g class="state" data-state="${escapeXml(name)}">${title(description)}${rect(0)}${final ? rect(4) : ''}` +
    `<text class="name" x="${x}" y="${y}">${escapeXml(name)}</text>` +
    `<text class="count" data-count="" x="${x}" y="${round(y + 15)}"></text></g>`
  );
}

function wire({ route, points, arrow, dot }: Wire): string {
  const first = points[0];
  const start =
    dot && first !== undefined ? `<circle cx="${round(first[0])}" cy="${round(first[1])}" r="${DOT}"/>` : '';
  return `<g class="wire"${route === null ? '' : ` data-route="${route}"`}><path d="${pathData(points)}"/>${arrow ? arrowhead(points) : ''}${start}</g>`;
}

/** Straight lines whose corners are rounded. */
function pathData(points: readonly Point[]): string {
  const last = points.length - 1;
  const pieces = points.map((point, index) => {
    const [before, after] = [points[index - 1], points[index + 1]];
    if (before === undefined) return `M${at(point)}`;
    if (after === undefined) return `L${at(point)}`;
    const start = towards(point, before, index === 1 ? 1 : 0.5);
    const end = towards(point, after, index === last - 1 ? 1 : 0.5);
    return `L${at(start)}Q${at(point)} ${at(end)}`;
  });
  return pieces.join('');
}

/** A corner's length from `point` on the way to the next, but no more than `share` of the way. */
function towards([x, y]: Point, [toX, toY]: Point, share: number): Point {
  const length = Math.hypot(toX - x, toY - y);
  const part = length === 0 ? 0 : Math.min(CORNER / length, share);
  return [x + (toX - x) * part, y + (toY - y) * part];
}

function arrowhead(points: readonly Point[]): string {
  const [from, to] = points.slice(-2);
  if (from === undefined || to === undefined) return '';
  const [x, y] = to;
  const [dx, dy] = [Math.sign(to[0] - from[0]), Math.sign(to[1] - from[1])];
  const wing = (side: number): Point => [x - dx * 8 - dy * 4 * side, y - dy * 8 + dx * 4 * side];
  return `<path class="arrow" d="M${at([x, y])}L${at(wing(1))}L${at(wing(-1))}Z"/>`;
}

function label({ route, to, lines, told, x, top, anchor }: Label): string {
  const spans = lines.map((line, index) => {
    const { event, from } = told[index] ?? { event: '', from: [] };
    const data = `data-event="${escapeXml(event)}" data-from="${escapeXml(from.join(' '))}"`;
    return `<tspan ${data} x="${round(x)}" dy="${index === 0 ? 0 : 15}">${escapeXml(line)}</tspan>`;
  });
  const place = `x="${round(x)}" y="${round(top + 11)}" text-anchor="${anchor}"`;
  return `<text class="label" data-route="${route}" data-to="${escapeXml(to)}" ${place}>${spans.join('')}</text>`;
}

function title(text: string): string {
  return text === '' ? '' : `<title>${escapeXml(text)}</title>`;
}

function at([x, y]: Point): string {
  return `${round(x)} ${round(y)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
