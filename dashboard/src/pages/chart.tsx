import { useEffect, useRef, useState } from 'preact/hooks';
import type { MachineCounts } from '../../../src/core/machine-counts.ts';
import { type Activity, activityOf, type Counted } from '../activity.ts';
import { read } from '../api.ts';
import { count } from '../format.ts';
import { ChartPicture } from '../parts/chart-picture.tsx';
import { useConnections } from '../parts/connection-feed.ts';
import { type ColumnName, ConnectionList } from '../parts/connection-list.tsx';
import { notify } from '../parts/notices.tsx';
import { place } from '../place.ts';
import { usePoll } from '../poll.ts';
import { linkTo } from '../routing.ts';
import { service } from '../service.ts';
import './chart.css';

const EVERY_MS = 1_000;
const CONNECTION = 'connection';

/** A chart with what goes on in it. Which one, of which listener and the chosen state stand in the page's address. */
export function Chart() {
  const { item, query } = place.value;
  const machine = item ?? CONNECTION;
  const isConnection = machine === CONNECTION;
  const listener = isConnection ? query.get('listener') : null;
  const state = isConnection ? query.get('state') : null;
  const { activity, error } = useActivity(machine, listener);
  return (
    <>
      <div class="bar">
        <h2>{isConnection ? 'Connections by state' : `${machine}s by state`}</h2>
        <span class="choices">
          <MachineChoice machine={machine} />
          {isConnection ? <ListenerChoice listener={listener} state={state} /> : null}
        </span>
      </div>
      {error === null ? null : (
        <p class="bad" role="alert">
          {error}
        </p>
      )}
      <div class={isConnection ? 'chart-and-list' : ''}>
        <ChartPicture
          machine={machine}
          activity={activity}
          chosen={state}
          onChoose={isConnection ? (next) => go(machine, listener, next === state ? null : next) : undefined}
        />
        {isConnection ? <Who state={state} listener={listener} /> : null}
      </div>
    </>
  );
}

function go(machine: string, listener: string | null, state: string | null): void {
  location.replace(
    linkTo('chart', machine === CONNECTION ? null : machine, {
      ...(listener === null ? {} : { listener }),
      ...(state === null ? {} : { state }),
    }),
  );
}

interface Followed {
  readonly activity: Activity | null;
  readonly error: string | null;
}

function useActivity(machine: string, listener: string | null): Followed {
  const last = useRef<(Counted & { readonly path: string }) | null>(null);
  const [known, setKnown] = useState<{ path: string; activity: Activity } | null>(null);
  const of = listener === null ? '' : `?listener=${encodeURIComponent(listener)}`;
  const path = `/v1/machines/${machine}/counts${of}`;
  const { error } = usePoll<MachineCounts>(path, EVERY_MS, (counts) => {
    const counted = { path, at: performance.now(), counts };
    const before = last.current?.path === path ? last.current : null;
    last.current = counted;
    setKnown({ path, activity: activityOf(before, counted) });
  });
  return { activity: known?.path === path ? known.activity : null, error: error?.message ?? null };
}

/** Which of the charts is shown. */
function MachineChoice({ machine }: { readonly machine: string }) {
  const [names, setNames] = useState<readonly string[]>([]);
  useEffect(() => {
    read<Record<string, unknown>>('/v1/machines').then(
      (machines) => setNames(Object.keys(machines)),
      (error) => notify(`reading the names of charts: ${error.message}`, true),
    );
  }, []);
  return (
    <label>
      chart{' '}
      <select value={machine} onChange={(event) => go(event.currentTarget.value, null, null)}>
        {[...new Set([machine, ...names])].map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

interface Choice {
  readonly listener: string | null;
  readonly state: string | null;
}

function ListenerChoice({ listener, state }: Choice) {
  const names = service.value?.status.listeners.map(({ name }) => name) ?? [];
  return (
    <label>
      of{' '}
      <select
        value={listener ?? ''}
        onChange={(event) => go(CONNECTION, event.currentTarget.value || null, state)}
      >
        <option value="">all listeners</option>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

const COLUMNS: readonly ColumnName[] = ['connection', 'client', 'backend', 'age'];

/** Who is in the chosen state. */
function Who({ state, listener }: Choice) {
  return (
    <section class="who" aria-live="off">
      <h3>{state === null ? 'Who is in a state' : `In ${state}`}</h3>
      {state === null ? <p class="soft">Choose a state of the picture, by a click or Enter.</p> : null}
      {state === 'closed' ? (
        <p class="soft">
          Who has ended is in no list any more. <a href={linkTo('overview')}>How many ended, by reason</a>
        </p>
      ) : null}
      {state === null || state === 'closed' ? null : <Listed state={state} listener={listener} />}
    </section>
  );
}

function Listed({ state, listener }: { readonly state: string; readonly listener: string | null }) {
  const fields = { state, ...(listener === null ? {} : { listener }) };
  const feed = useConnections({ ...fields, sort: '-age' });
  return (
    <>
      <p>
        <a href={linkTo('connections', null, fields)}>
          {feed.matched === null ? 'all of them' : `all ${count(feed.matched)}`} in the list of connections
        </a>
      </p>
      <div class="rest">
        <ConnectionList label={`connections in ${state}`} feed={feed} only={COLUMNS} />
      </div>
    </>
  );
}
