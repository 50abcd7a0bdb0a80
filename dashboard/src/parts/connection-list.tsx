import type { JSX } from 'preact';
import type { ConnectionRow } from '../../../src/core/connection-query.ts';
import { size, span } from '../format.ts';
import { linkTo } from '../routing.ts';
import { serviceNow } from '../service.ts';
import './connection-list.css';
import type { ConnectionFeed } from './connection-feed.ts';
import { endOne } from './end-connections.ts';
import { type VirtualColumn, VirtualTable } from './virtual-table.tsx';

/** Which rows are marked, and by what they can be. */
export interface Marks {
  readonly marked: ReadonlySet<string>;
  mark(connection: string, isMarked: boolean): void;
  /** All rows that are known. */
  markAll(isMarked: boolean): void;
}

export interface ConnectionListProps {
  readonly label: string;
  readonly feed: ConnectionFeed;
  /** As the API has it: `age`, `-rate`. Absent: the list cannot be sorted. */
  readonly sort?: string;
  readonly onSort?: (sort: string) => void;
  /** Absent: rows cannot be marked. */
  readonly marks?: Marks;
  /** Columns that are shown. Absent: all. */
  readonly only?: readonly ColumnName[];
}

const WIDTHS = {
  connection: 112,
  client: 148,
  listener: 76,
  protocol: 74,
  route: 80,
  backend: 118,
  state: 160,
  age: 92,
  bytes: 136,
  rate: 136,
} as const;

export type ColumnName = keyof typeof WIDTHS;

/** Sorts of the API, by the column that shows what is sorted by. */
const SORTS: Readonly<Record<string, string>> = {
  connection: 'id',
  age: 'age',
  bytes: 'bytes',
  rate: 'rate',
};

const NUMBERS: readonly string[] = ['age', 'bytes', 'rate'];
const HEADS: Readonly<Record<string, string>> = { bytes: 'up, down', rate: 'a second' };

/** Live connections, each with a link to its page and a button that ends it. */
export function ConnectionList(props: ConnectionListProps) {
  const { label, feed, marks } = props;
  const only = props.only ?? (Object.keys(WIDTHS) as ColumnName[]);
  return (
    <VirtualTable
      label={label}
      columns={columnsOf(props, only)}
      rows={feed.matched ?? 0}
      cells={(index) => <Cells row={feed.row(index)} feed={feed} marks={marks} only={only} />}
      empty={<Nothing feed={feed} />}
      onView={(view) => feed.look(view)}
    />
  );
}

function columnsOf(
  { feed, sort, onSort, marks }: ConnectionListProps,
  only: readonly ColumnName[],
): VirtualColumn[] {
  const named = only.map((name): VirtualColumn => {
    const by = SORTS[name];
    const text = HEADS[name] ?? name;
    const isSorted = by !== undefined && sort?.replace('-', '') === by;
    const direction = sort?.startsWith('-') ? 'descending' : 'ascending';
    return {
      name,
      width: WIDTHS[name],
      isNumber: NUMBERS.includes(name),
      sorted: isSorted ? direction : undefined,
      head:
        by === undefined || onSort === undefined ? (
          text
        ) : (
          <button type="button" onClick={() => onSort(nextSort(by, sort))}>
            {text} {isSorted ? (direction === 'descending' ? '▼' : '▲') : '↕'}
          </button>
        ),
    };
  });
  const end: VirtualColumn = { name: 'end', width: 58, head: <span class="unseen">end</span> };
  return marks === undefined ? [...named, end] : [markColumn(feed, marks), ...named, end];
}

/** The greatest first, then the least; ids the other way round. */
function nextSort(by: string, sort: string | undefined): string {
  const first = by === 'id' ? by : `-${by}`;
  return sort === first ? (by === 'id' ? '-id' : by) : first;
}

function markColumn(feed: ConnectionFeed, marks: Marks): VirtualColumn {
  const known = feed.kept();
  const isAll = known.length > 0 && known.every(({ connection }) => marks.marked.has(connection));
  return {
    name: 'marked',
    width: 40,
    head: (
      <input
        type="checkbox"
        aria-label="mark all that are loaded"
        checked={isAll}
        onChange={(event) => marks.markAll(event.currentTarget.checked)}
      />
    ),
  };
}

function Nothing({ feed }: { readonly feed: ConnectionFeed }) {
  if (feed.error !== null) return <span class="bad">{feed.error.message}</span>;
  return feed.matched === null ? 'reading …' : 'No connection is open of which all of this holds.';
}

interface CellsProps {
  readonly row: ConnectionRow | null;
  readonly feed: ConnectionFeed;
  readonly marks: Marks | undefined;
  readonly only: readonly ColumnName[];
}

function Cells({ row, feed, marks, only }: CellsProps) {
  if (row === null) return <td colSpan={only.length + (marks === undefined ? 1 : 2)}>…</td>;
  const { connection } = row;
  return (
    <>
      {marks === undefined ? null : (
        <td>
          <input
            type="checkbox"
            aria-label={`mark ${connection}`}
            checked={marks.marked.has(connection)}
            onChange={(event) => marks.mark(connection, event.currentTarget.checked)}
          />
        </td>
      )}
      {only.map((name) => CELLS[name](row))}
      <td>
        <button type="button" class="danger" onClick={() => endOne(row).then(() => feed.refresh())}>
          end<span class="unseen"> {connection}</span>
        </button>
      </td>
    </>
  );
}

const CELLS: Readonly<Record<ColumnName, (row: ConnectionRow) => JSX.Element>> = {
  connection: ({ connection }) => (
    <td key="connection" class="address">
      <a href={linkTo('connections', connection)}>{connection}</a>
    </td>
  ),
  client: ({ client }) => (
    <td key="client" class="address" title={client}>
      {client}
    </td>
  ),
  listener: ({ listener }) => <td key="listener">{listener}</td>,
  protocol: ({ protocol }) => <td key="protocol">{protocol ?? '–'}</td>,
  route: ({ route }) => <td key="route">{route ?? '–'}</td>,
  backend: ({ pool, backend }) => (
    <td key="backend" title={`${pool ?? ''} ${backend ?? ''}`}>
      {pool ?? '–'}
      {backend === null ? '' : ` → ${backend}`}
    </td>
  ),
  state: ({ state }) => (
    <td key="state" class={`state-of ${state}`}>
      {state}
    </td>
  ),
  age: ({ opened }) => (
    <td key="age" class="number">
      {span(Math.max(0, serviceNow() - opened))}
    </td>
  ),
  bytes: ({ bytesUp, bytesDown }) => (
    <td key="bytes" class="number">
      {size(bytesUp)}, {size(bytesDown)}
    </td>
  ),
  rate: ({ rateUp, rateDown }) => (
    <td key="rate" class="number">
      {rateUp + rateDown === 0 ? '–' : `${size(rateUp)}, ${size(rateDown)}`}
    </td>
  ),
};
