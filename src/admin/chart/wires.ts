import type { AnyStateNode } from 'xstate';
import {
  BOX_WIDTH,
  type Hand,
  LABEL_GAP,
  type Label,
  LINE_HEIGHT,
  MARGIN,
  type Point,
  textHeight,
  type Wire,
} from './geometry.ts';
import { portsOf } from './heights.ts';
import { boxOf, type Placed } from './placed.ts';
import type { Route } from './routes.ts';
import { entryLeaf } from './rows.ts';

/** The lines of all routes and what is written at them. */
export interface Drawn {
  readonly wires: Wire[];
  readonly labels: Label[];
}

/** Size of the loop of a state that is entered again. */
const LOOP_OUT = 16;
const LOOP_HEIGHT = 14;

/** From a label to the line at its foot. */
const FOOT = 6;

/** What a line that joins a lane runs along it, for a round corner. */
const JOIN = 8;

/** Draws each route with its label. */
export function drawRoutes(placed: Placed, routes: readonly Route[]): Drawn {
  const drawn = routes.map((route, number) => drawRoute(route, number, placed, routes));
  return { wires: drawn.map(({ wire }) => wire), labels: drawn.map(({ label }) => label) };
}

/** One route's line, and what is written at it. */
interface DrawnRoute {
  readonly wire: Wire;
  readonly label: Label;
}

function drawRoute(route: Route, number: number, placed: Placed, routes: readonly Route[]): DrawnRoute {
  const { lines, told, hand, target } = route;
  const { label, ...wire } = shapeOf(route, placed, routes);
  const to = entryLeaf(target).key;
  return {
    wire: { route: number, ...wire },
    label: { route: number, to, lines, told, anchor: anchorOf(hand), ...label },
  };
}

/** Where a line runs, and where its label begins. */
interface Shape extends Omit<Wire, 'route'> {
  readonly label: { readonly x: number; readonly top: number };
}

function shapeOf(route: Route, placed: Placed, routes: readonly Route[]): Shape {
  switch (route.kind) {
    case 'down':
      return drawDown(route, placed);
    case 'elbow':
      return drawElbow(route, placed, routes);
    case 'loop':
      return drawLoop(route, placed, routes);
    case 'lane':
      return drawLane(route, placed, routes);
  }
}

function drawDown({ source, target, lines, x, hand }: Route, placed: Placed): Shape {
  const from = boxOf(source, placed);
  const start = from.top + from.height;
  const end = topOf(target, placed);
  const inner = placed.heights.frames.get(source.parent as AnyStateNode);
  const leaves = inner !== undefined && end > inner.bottom;
  const top = leaves ? inner.bottom : start;
  const middle = (top + end - FOOT - textHeight(lines)) / 2;
  return {
    points: [
      [x, start],
      [x, end],
    ],
    arrow: true,
    dot: false,
    label: { x: x + hand * LABEL_GAP, top: middle },
  };
}

function drawElbow(route: Route, placed: Placed, routes: readonly Route[]): Shape {
  const { source, target, lines, hand, x } = route;
  const y = portLine(route.source, route, placed, routes);
  const edge = sideOf(source, hand, placed);
  const points = [
    [edge, y],
    [x, y],
    [x, boxOf(target, placed).top],
  ] as const;
  const label = { x: edge + hand * LABEL_GAP, top: sideLabelTop(lines, y) };
  return { points, arrow: true, dot: false, label };
}

function drawLoop(route: Route, placed: Placed, routes: readonly Route[]): Shape {
  const { source, lines, hand } = route;
  const edge = sideOf(source, hand, placed);
  const y = portLine(source, route, placed, routes);
  const out = edge + hand * LOOP_OUT;
  const points = [
    [edge, y - LOOP_HEIGHT],
    [out, y - LOOP_HEIGHT],
    [out, y],
    [edge, y],
  ] as const;
  const top = y - (LOOP_HEIGHT + textHeight(lines)) / 2;
  return { points, arrow: true, dot: false, label: { x: out + hand * LABEL_GAP, top } };
}

function drawLane(route: Route, placed: Placed, routes: readonly Route[]): Shape {
  const { source, target, lines, hand } = route;
  const { edge, y } = laneStart(route, placed, routes);
  const isFrame = source === placed.machine.root || placed.columns.frames.has(source);
  const lane = placed.columns.lanes.get(target) ?? 0;
  const start: readonly Point[] =
    edge === lane
      ? [[lane, y]]
      : [
          [edge, y],
          [lane, y],
        ];
  const points = [...start, ...laneRest(route, y, placed, routes)];
  const top = source === placed.machine.root ? MARGIN : sideLabelTop(lines, y);
  return {
    points,
    arrow: points.length > start.length + 1,
    dot: isFrame,
    label: { x: edge + hand * LABEL_GAP, top },
  };
}

/** Where a route into a lane begins; one of the machine itself begins in the lane, on the machine's frame. */
function laneStart(
  route: Route,
  placed: Placed,
  routes: readonly Route[],
): { readonly edge: number; readonly y: number } {
  const { source, target, lines, hand } = route;
  if (source === placed.machine.root) return { edge: placed.columns.lanes.get(target) ?? 0, y: 0 };
  const edge = sideOf(source, hand, placed);
  return placed.columns.frames.has(source)
    ? { edge, y: framePort(source, lines, placed) }
    : { edge, y: portLine(source, route, placed, routes) };
}

/**
 * From where a route meets its lane: of all that come from the same side the furthest runs on to the target, the others
 * end where they join it.
 */
function laneRest(route: Route, y: number, placed: Placed, routes: readonly Route[]): Point[] {
  const { target, hand } = route;
  const lane = placed.columns.lanes.get(target) ?? 0;
  const end = portLine(entryLeaf(target), null, placed, routes, hand);
  const starts = routes
    .filter((other) => other.kind === 'lane' && other.target === target)
    .map((other) => laneStart(other, placed, routes).y);
  const furthest = y < end ? Math.min(...starts) : Math.max(...starts);
  if (y !== furthest) return [[lane, y + Math.sign(end - y) * JOIN]];
  return [
    [lane, end],
    [sideOf(target, hand, placed), end],
  ];
}

/** The height at which a route's line meets its state; the incoming lane's where `route` is null. */
function portLine(
  leaf: AnyStateNode,
  route: Route | null,
  placed: Placed,
  routes: readonly Route[],
  hand = route?.hand ?? 1,
): number {
  const box = boxOf(leaf, placed);
  const ports = portsOf(leaf, hand, routes);
  const total = ports.reduce((sum, port) => sum + port.height, 0);
  const index = ports.findIndex((port) => port.route === route);
  const above = ports.slice(0, index + 1).reduce((sum, port) => sum + port.height, 0);
  const line = box.top + (box.height - total) / 2 + above - FOOT;
  return ports.length === 1 && route === null ? box.top + box.height / 2 : line;
}

/** Below the title of the frame, with the label above it. */
function framePort(node: AnyStateNode, lines: readonly string[], { heights }: Placed): number {
  return (heights.frames.get(node)?.top ?? 0) + MARGIN + textHeight(lines);
}

function sideLabelTop(lines: readonly string[], y: number): number {
  return y - textHeight(lines) - FOOT + LINE_HEIGHT / 4;
}

function anchorOf(hand: Hand): 'start' | 'end' {
  return hand < 0 ? 'end' : 'start';
}

/** The side of a state's box or frame. */
function sideOf(node: AnyStateNode, hand: Hand, placed: Placed): number {
  const { left } = boxOf(node, placed);
  const extents = placed.columns.frames.get(node) ?? { left, right: left + BOX_WIDTH };
  return hand < 0 ? extents.left : extents.right;
}

function topOf(node: AnyStateNode, placed: Placed): number {
  return placed.heights.frames.get(node)?.top ?? boxOf(node, placed).top;
}
