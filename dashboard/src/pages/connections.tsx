import { useState } from 'preact/hooks';
import { CONNECTION_SORTS, CONNECTIONS_PAGE_MAX } from '../../../src/core/connection-query.ts';
import { count } from '../format.ts';
import { type ConnectionFeed, useConnections } from '../parts/connection-feed.ts';
import { ConnectionList, type Marks } from '../parts/connection-list.tsx';
import { endMarked, endMatched } from '../parts/end-connections.ts';
import { place } from '../place.ts';
import { linkTo } from '../routing.ts';
import './connections.css';
import { type Field, type Filter, filterOf, killFilterOf } from './connections/fields.ts';
import { Filters } from './connections/filters.tsx';

/** Connections that can be marked at once. */
const MARKED_MAX = 1_000;
const SORT_DEFAULT = '-age';

/** All live connections, or those that a filter means. Filter and order stand in the address of the page. */
export function Connections() {
  const { query } = place.value;
  const filter = filterOf(query);
  const sort = sortOf(query.get('sort'));
  const feed = useConnections({ ...filter, sort });
  const marks = useMarks(feed);
  return (
    <div class="filling">
      <h2>
        Connections <span id="matched">{feed.matched === null ? '' : count(feed.matched)}</span>
      </h2>
      <Filters
        filter={filter}
        onChange={(field, value) => set(filter, sort, field, value)}
        onClear={() => go({}, sort)}
      />
      <Acts filter={filter} feed={feed} marks={marks} />
      <div class="rest">
        <ConnectionList
          label="live connections"
          feed={feed}
          sort={sort}
          onSort={(next) => go(filter, next)}
          marks={marks}
        />
      </div>
    </div>
  );
}

function sortOf(text: string | null): string {
  const isKnown = CONNECTION_SORTS.some((sort) => text === sort || text === `-${sort}`);
  return text !== null && isKnown ? text : SORT_DEFAULT;
}

function set(filter: Filter, sort: string, field: Field, value: string): void {
  const { [field]: _, ...others } = filter;
  go(value.trim() === '' ? others : { ...others, [field]: value.trim() }, sort);
}

function go(filter: Filter, sort: string): void {
  location.replace(linkTo('connections', null, { ...filter, ...(sort === SORT_DEFAULT ? {} : { sort }) }));
}

interface OwnMarks extends Marks {
  clear(): void;
}

function useMarks(feed: ConnectionFeed): OwnMarks {
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const keep = (ids: Iterable<string>) => setMarked(new Set([...ids].slice(0, MARKED_MAX)));
  return {
    marked,
    mark: (connection, isMarked) =>
      keep(isMarked ? [...marked, connection] : [...marked].filter((other) => other !== connection)),
    markAll: (isMarked) => keep(isMarked ? feed.kept().map(({ connection }) => connection) : []),
    clear: () => keep([]),
  };
}

interface ActsProps {
  readonly filter: Filter;
  readonly feed: ConnectionFeed;
  readonly marks: OwnMarks;
}

/** What can be done to several at once. */
function Acts({ filter, feed, marks }: ActsProps) {
  const [max, setMax] = useState(100);
  const isFiltered = Object.keys(filter).length > 0;
  const done = (isMeant: boolean): void => {
    if (isMeant) marks.clear();
    feed.refresh();
  };
  return (
    <div class="acts">
      <button
        type="button"
        class="danger"
        disabled={marks.marked.size === 0}
        onClick={() => endMarked([...marks.marked]).then(done)}
      >
        end {marks.marked.size === 0 ? '' : `${count(marks.marked.size)} `}marked
      </button>
      <span class="by-filter">
        <button
          type="button"
          class="danger"
          disabled={!isFiltered}
          title={isFiltered ? '' : 'say first which ones, by the fields above'}
          onClick={() => endMatched(killFilterOf(filter), max).then(done)}
        >
          end by filter
        </button>{' '}
        <label>
          at most{' '}
          <input
            type="number"
            min={1}
            max={CONNECTIONS_PAGE_MAX}
            value={max}
            onChange={(event) => setMax(within(event.currentTarget.valueAsNumber))}
          />
        </label>
      </span>
      {feed.error === null ? null : (
        <span class="bad" role="alert">
          {feed.error.message}
        </span>
      )}
    </div>
  );
}

function within(typed: number): number {
  return Math.min(CONNECTIONS_PAGE_MAX, Math.max(1, Math.round(typed) || 1));
}
