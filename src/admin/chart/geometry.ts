/** The pieces of a chart's picture, placed; all lengths in pixels of the SVG's view box. */
export interface Picture {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly frames: readonly Frame[];
  readonly boxes: readonly Box[];
  readonly wires: readonly Wire[];
  readonly labels: readonly Label[];
}

/** A state that has no states. */
export interface Box {
  readonly name: string;
  readonly description: string;
  readonly final: boolean;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A state that has states, the machine itself among them; `depth` is 0 for the machine. */
export interface Frame {
  readonly name: string;
  readonly description: string;
  readonly depth: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The transition that a line of text tells of. */
export interface Told {
  /** As the chart names it; '' = it is taken without one. */
  readonly event: string;
  /** The states without states of which one is left: several where the transition is of a state around them. */
  readonly from: readonly string[];
}

/** A line with square corners. `arrow` ends it in an arrowhead, `dot` begins it with one, on the frame it leaves. */
export interface Wire {
  /** The number it shares with its label; null: it leads from no state, but shows which one is entered first. */
  readonly route: number | null;
  readonly points: readonly Point[];
  readonly arrow: boolean;
  readonly dot: boolean;
}

export type Point = readonly [x: number, y: number];

/** Lines of text; `x` is their start or end, `top` the upper edge of the first. */
export interface Label {
  /** The number it shares with its line. */
  readonly route: number;
  /** The state without states that is entered. */
  readonly to: string;
  readonly lines: readonly string[];
  /** Of each line of text. */
  readonly told: readonly Told[];
  readonly x: number;
  readonly top: number;
  readonly anchor: 'start' | 'end';
}

/** -1 is left of the flow, 1 right of it. */
export type Hand = -1 | 1;

export const BOX_WIDTH = 184;
export const BOX_HEIGHT = 48;
export const BOX_GAP = 28;
export const LINE_HEIGHT = 15;
/** Room around frames, labels and lanes. */
export const MARGIN = 20;
/** Between a line and its label. */
export const LABEL_GAP = 8;
/** Between two lanes of the same hand. */
export const LANE_GAP = 16;
export const FRAME_TITLE = 26;
/** From an initial marker to its state. */
export const MARKER = 26;
/** A glyph of the labels' monospace font at 11 pixels, with a little to spare. */
const GLYPH_WIDTH = 6.8;

export function textWidth(lines: readonly string[]): number {
  return Math.max(0, ...lines.map((line) => line.length)) * GLYPH_WIDTH;
}

export function textHeight(lines: readonly string[]): number {
  return lines.length * LINE_HEIGHT;
}
