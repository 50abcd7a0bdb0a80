import type { ConnectionRow } from '../../../src/core/connection-query.ts';
import { rate, size, span } from '../format.ts';
import { linkTo } from '../routing.ts';
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
}

const WIDTHS = {
  connection: 112,
  client: 148,
  listener: 80,
  protocol: 76,
  route: 84,
  backend: 132,
  state: 148,
  age: 80,
  bytes: 136,
  rate: 136,
} as const;

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
export function ConnectionList({ label, feed, sort, onSort, marks }: ConnectionListProps) {
  return (
    <VirtualTable
      label={label}
      columns={columnsOf(sort, onSort, feed, marks)}
      rows={feed.matched ?? 0}
      cells={(index) => <Cells row={feed.row(index)} feed={feed} marks={marks} />}
      empty={<Nothing feed={feed} />}
      onView={(view) => feed.look(view)}
    />
  );
}

function columnsOf(
  sort: string | undefined,
  onSort: ConnectionListProps['onSort'],
  feed: ConnectionFeed,
  marks: Marks | undefined,
): VirtualColumn[] {
  const named = Object.entries(WIDTHS).map(([name, width]): VirtualColumn => {
    const by = SORTS[name];
    const text = HEADS[name] ?? name;
    const isSorted = by !== undefined && sort?.replace('-', '') === by;
    return {
      name,
      width,
      isNumber: NUMBERS.includes(name),
      sorted: isSorted ? (sort?.startsWith('-') ? 'descending' : 'ascending') : undefined,
      head:
        by === undefined || onSort === undefined ? (
          text
        ) : (
          <button type="button" onClick={() => onSort(nextSort(by, sort))}>
            {text} {isSorted ? (sort?.startsWith('-') ? '▼' : '▲') : '↕'}
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
}

function Cells({ row, feed, marks }: CellsProps) {
  const columns = Object.keys(WIDTHS).length + (marks === undefined ? 1 : 2);
  if (row === null) return <td colSpan={columns}>…</td>;
  const { connection, backend, pool } = row;
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
      <td class="address">
        <a href={linkTo('connections', connection)}>{connection}</a>
      </td>
      <td class="address">{row.client}</td>
      <td>{row.listener}</td>
      <td>{row.protocol ?? '–'}</td>
      <td>{row.route ?? '–'}</td>
      <td title={`${pool ?? ''} ${backend ?? ''}`}>
        {pool ?? '–'}
        {backend === null ? '' : ` → ${backend}`}
      </td>
      <td class={`state-of ${row.state}`}>{row.state}</td>
      <td class="number">{span(Math.max(0, Date.now() - row.opened))}</td>
      <td class="number">
        {size(row.bytesUp)}, {size(row.bytesDown)}
      </td>
      <td class="number">
        {row.rateUp + row.rateDown === 0 ? '–' : `${rate(row.rateUp)}, ${rate(row.rateDown)}`}
      </td>
      <td>
        <button type="button" class="danger" onClick={() => endOne(row).then(() => feed.refresh())}>
          end<span class="unseen"> {connection}</span>
        </button>
      </td>
    </>
  );
}
