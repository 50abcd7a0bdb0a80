import { useMemo, useState } from 'preact/hooks';
import { count, rate } from '../../format.ts';
import { columns, columnsByName, type Flow, HISTORY_POINTS_MAX, type Point } from '../../history.ts';
import { Plot, type PlotLine } from '../../parts/plot.tsx';
import { recent } from '../../recent.ts';

const WAYS = ['in total', 'by listener', 'by pool'] as const;
type Way = (typeof WAYS)[number];

/** The time axis, in seconds. */
const SPAN_S = HISTORY_POINTS_MAX;

export function Plots() {
  const [way, setWay] = useState<Way>('in total');
  const points = recent.value;
  return (
    <section>
      <div class="bar">
        <h2>The last five minutes</h2>
        <label>
          shown{' '}
          <select value={way} onChange={(event) => setWay(wayOf(event.currentTarget.value))}>
            {WAYS.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      </div>
      <div class="plots">
        {way === 'in total' ? <InTotal points={points} /> : null}
        {way === 'by listener' ? <ByListener points={points} /> : null}
        {way === 'by pool' ? <ByPool points={points} /> : null}
      </div>
    </section>
  );
}

function wayOf(text: string): Way {
  return WAYS.find((each) => each === text) ?? 'in total';
}

interface PlotsProps {
  readonly points: readonly Point[];
}

const ACCEPTED: readonly PlotLine[] = [{ name: 'accepted', colour: '--line-1' }];
const BYTES: readonly PlotLine[] = [
  { name: 'up', colour: '--line-2' },
  { name: 'down', colour: '--line-3' },
];
const ACTIVE: readonly PlotLine[] = [{ name: 'open', colour: '--line-1' }];
const FAILED: readonly PlotLine[] = [{ name: 'not clean', colour: '--bad' }];

function InTotal({ points }: PlotsProps) {
  const [accepted, bytes, active, failed] = useMemo(
    () => [
      columns(points, [({ total }) => total.accepted]),
      columns(points, [({ total }) => total.up, ({ total }) => total.down]),
      columns(points, [({ total }) => total.active]),
      columns(points, [({ total }) => total.failed]),
    ],
    [points],
  ) as [Data, Data, Data, Data];
  return (
    <>
      <Plot title="Connections a second" lines={ACCEPTED} data={accepted} format={count} spanS={SPAN_S} />
      <Plot title="Bytes a second" lines={BYTES} data={bytes} format={rate} isBinary spanS={SPAN_S} />
      <Plot title="Open connections" lines={ACTIVE} data={active} format={count} spanS={SPAN_S} />
      <Plot title="Bad ends a second" lines={FAILED} data={failed} format={count} spanS={SPAN_S} />
    </>
  );
}

type Data = (number | null)[][];

interface Kind<T> {
  readonly title: string;
  readonly format: (value: number) => string;
  readonly isBinary?: boolean;
  readonly value: (one: T) => number | null;
}

const OF_LISTENERS: readonly Kind<Flow>[] = [
  { title: 'Connections a second', format: count, value: ({ accepted }) => accepted },
  {
    title: 'Bytes a second, both ways',
    format: rate,
    isBinary: true,
    value: ({ up, down }) => (up === null || down === null ? null : up + down),
  },
  { title: 'Open connections', format: count, value: ({ active }) => active },
  { title: 'Bad ends a second', format: count, value: ({ failed }) => failed },
];

function ByListener({ points }: PlotsProps) {
  return <Stacks points={points} of={listenersOf} kinds={OF_LISTENERS} />;
}

const listenersOf = ({ listeners }: Point) => listeners;
const poolsOf = ({ pools }: Point) => pools;

function ByPool({ points }: PlotsProps) {
  return (
    <Stacks
      points={points}
      of={poolsOf}
      kinds={[
        { title: 'Connections to backends', format: count, value: ({ active }) => active },
        { title: 'Attempts to connect under way', format: count, value: ({ connecting }) => connecting },
        { title: 'Waiting for a place', format: count, value: ({ waiting }) => waiting },
      ]}
    />
  );
}

interface StacksProps<T> extends PlotsProps {
  readonly of: (point: Point) => ReadonlyMap<string, T>;
  readonly kinds: readonly Kind<T>[];
}

/** A plot of each kind, with a line for each name of the newest point. */
function Stacks<T>({ points, of, kinds }: StacksProps<T>) {
  const newest = points.at(-1);
  const all = newest === undefined ? [] : [...of(newest).keys()];
  return (
    <>
      {kinds.map(({ title, format, isBinary = false, value }) => {
        const { names, data } = columnsByName(points, all, of, value);
        const lines = names.map((name, index) => ({ name, colour: `--line-${index + 1}` }));
        return (
          <Plot
            key={title}
            title={title}
            lines={lines}
            data={data}
            format={format}
            isBinary={isBinary}
            isStacked
            spanS={SPAN_S}
          />
        );
      })}
    </>
  );
}
