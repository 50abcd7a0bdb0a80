import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { shownTheme } from '../theme.ts';
import './plot.css';
import { stacked } from './stacking.ts';

/** One line of a plot. */
export interface PlotLine {
  readonly name: string;
  /** The name of a colour of the page: `--live`, `--line-3`. */
  readonly colour: string;
}

export interface PlotProps {
  readonly title: string;
  readonly lines: readonly PlotLine[];
  /** Seconds since 1970, then a column for each line; null = a gap. A new array where something is new. */
  readonly data: readonly (readonly (number | null)[])[];
  /** How a value is written, at the axis and beside the name of its line. */
  readonly format: (value: number) => string;
  /** The axis is divided by powers of two, as sizes are written. */
  readonly isBinary?: boolean;
  /** The lines lie on top of each other, so that the uppermost edge is their sum. */
  readonly isStacked?: boolean;
  /** The width of the time axis in seconds, which ends at the last point. Absent: what the data covers. */
  readonly spanS?: number;
  /** Pixels. */
  readonly height?: number;
}

const HEIGHT_DEFAULT = 150;

/** Steps of the time axis, in seconds. */
const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600];

/** Steps of an axis of bytes: 1 B to 2^50 B. */
const BINARY_STEPS = Array.from({ length: 51 }, (_, exponent) => 2 ** exponent);

/** Plots with a pointer over one of them show the values of that moment together. */
const TOGETHER = 'plots';

/** Lines over time. What they are worth, now or under the pointer, stands as text beside their names. */
export function Plot(props: PlotProps) {
  const {
    title,
    lines,
    data,
    format,
    isBinary = false,
    isStacked = false,
    spanS,
    height = HEIGHT_DEFAULT,
  } = props;
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const drawn = useMemo(() => (isStacked ? stacked(data) : data), [data, isStacked]);
  const latest = useRef(drawn);
  latest.current = drawn;
  const names = lines.map(({ name, colour }) => `${name} ${colour}`).join('\n');

  useEffect(() => {
    const parent = frame.current;
    if (parent === null) return;
    const made = new uPlot(
      optionsOf({
        lines,
        format,
        isBinary,
        isStacked,
        spanS,
        height,
        width: parent.clientWidth,
        tell: setPointed,
      }),
      latest.current as uPlot.AlignedData,
      parent,
    );
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: parent.clientWidth, height }));
    resized.observe(parent);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [names, format, isBinary, isStacked, spanS, height, shownTheme.value]);

  useEffect(() => plot.current?.setData(drawn as uPlot.AlignedData), [drawn]);

  return (
    <figure class="plot">
      <figcaption>
        <b>{title}</b>
        <Legend lines={lines} data={data} format={format} at={pointed} />
      </figcaption>
      <div ref={frame} aria-hidden="true" />
    </figure>
  );
}

interface LegendProps extends Pick<PlotProps, 'lines' | 'data' | 'format'> {
  /** The point that is told of; null = the last. */
  readonly at: number | null;
}

function Legend({ lines, data, format, at }: LegendProps) {
  return (
    <span class="legend">
      {lines.map(({ name, colour }, index) => {
        const column = data[index + 1] ?? [];
        const value = at === null ? column.at(-1) : column[at];
        return (
          <span key={name}>
            <i style={{ background: `var(${colour})` }} />
            {name} <b>{typeof value === 'number' ? format(value) : '–'}</b>
          </span>
        );
      })}
    </span>
  );
}

interface Wanted {
  readonly lines: readonly PlotLine[];
  readonly format: (value: number) => string;
  readonly isBinary: boolean;
  readonly isStacked: boolean;
  readonly spanS: number | undefined;
  readonly width: number;
  readonly height: number;
  readonly tell: (point: number | null) => void;
}

function optionsOf({
  lines,
  format,
  isBinary,
  isStacked,
  spanS,
  width,
  height,
  tell,
}: Wanted): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--soft'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  return {
    width,
    height,
    padding: [8, 26, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { setScale: false, x: false, y: false },
      points: { size: 6 },
      sync: { key: TOGETHER },
    },
    scales: {
      x: { range: (_, from, to) => [spanS === undefined ? (from ?? 0) : (to ?? 0) - spanS, to ?? 1] },
      y: { range: (_, __, to) => [0, topOf(to)] },
    },
    axes: [
      { ...axis, space: 70, size: 26, incrs: TIME_STEPS, values: (_, times) => times.map(timeOf) },
      {
        ...axis,
        size: 76,
        space: 28,
        ...(isBinary ? { incrs: BINARY_STEPS } : {}),
        values: (_, values) => values.map((value) => format(value)),
      },
    ],
    series: [
      {},
      ...lines.map((line) => ({
        stroke: colour(line.colour),
        width: 1.5,
        points: { show: false },
        ...(isStacked ? { fill: `${colour(line.colour)}55` } : {}),
      })),
    ],
    bands: isStacked ? lines.slice(1).map((_, index) => ({ series: [index + 2, index + 1] })) : [],
    hooks: { setCursor: [(self) => tell(self.cursor.idx ?? null)] },
  };
}

function topOf(greatest: number | null): number {
  return greatest === null || greatest <= 0 ? 1 : greatest * 1.1;
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString('en-GB');
}
