import { useState } from 'preact/hooks';
import { EVENT_KINDS, type EventKind } from '../../../src/core/admin-event.ts';
import { EVENTS_MAX } from '../event-log.ts';
import { count } from '../format.ts';
import { VirtualTable } from '../parts/virtual-table.tsx';
import { place } from '../place.ts';
import { linkTo } from '../routing.ts';
import { service } from '../service.ts';
import './events.css';
import { COLUMNS, EventRow } from './events/row.tsx';
import { type FollowedEvents, useEvents } from './events/use-events.ts';

/** Of each state that a connection enters there is one: many times as many as all others. */
const KINDS_DEFAULT: readonly EventKind[] = EVENT_KINDS.filter((kind) => kind !== 'entered');
const NAMES = ['listener', 'pool', 'connection'] as const;

interface Wanted {
  readonly kinds: readonly EventKind[];
  readonly names: Readonly<Partial<Record<(typeof NAMES)[number], string>>>;
}

/** What happens, as it happens, the newest first. What is wanted stands in the address of the page. */
export function Events() {
  const wanted = wantedOf(place.value.query);
  const events = useEvents(wanted.kinds.length === 0 ? null : queryOf(wanted));
  const [isPaused, setIsPaused] = useState(false);
  const [isScrolled, setIsScrolled] = useState(false);
  const { log } = events;
  const hold = (paused: boolean, scrolled: boolean) => {
    setIsPaused(paused);
    setIsScrolled(scrolled);
    if (log.isHeld !== (paused || scrolled)) log.hold(paused || scrolled);
  };
  return (
    <div class="filling">
      <h2>Events</h2>
      <Choices wanted={wanted} />
      <div class="acts">
        <button type="button" aria-pressed={isPaused} onClick={() => hold(!isPaused, isScrolled)}>
          {isPaused ? 'go on' : 'pause'}
        </button>
        <button
          type="button"
          onClick={() => {
            log.clear();
            events.redraw();
          }}
        >
          clear
        </button>
        <Told events={events} isScrolled={isScrolled && !isPaused} />
      </div>
      <div class="rest">
        <VirtualTable
          label="events"
          columns={COLUMNS}
          rows={log.shown.length}
          cells={(index) => <EventRow event={log.shown.at(index)} />}
          empty={
            wanted.kinds.length === 0
              ? 'Choose a kind above.'
              : 'Nothing has happened since this page was opened. Each new connection is an event.'
          }
          onView={({ first }) => hold(isPaused, first > 0)}
        />
      </div>
    </div>
  );
}

/** What became of the events that are not in the list. */
function Told({
  events: { log, isOpen, error },
  isScrolled,
}: {
  events: FollowedEvents;
  isScrolled: boolean;
}) {
  const state = isOpen ? 'live' : error === null ? 'connecting' : error.message;
  return (
    <span class="soft" id="told">
      <span class={isOpen ? 'good' : error === null ? '' : 'bad'}>{state}</span> · {count(log.came)} came
      {log.gone > 0 ? `, the last ${count(EVENTS_MAX)} are kept` : ''}
      {log.waiting > 0 ? <b> · {count(log.waiting)} new</b> : null}
      {isScrolled ? ' · held while scrolled down' : null}
      {log.dropped > 0 || log.hasUnknown ? (
        <span class="bad">
          {' '}
          · {log.hasUnknown ? 'some' : count(log.dropped)} dropped by the service: too many at once, or too
          late
        </span>
      ) : null}
    </span>
  );
}

function wantedOf(query: URLSearchParams): Wanted {
  const given = query.get('kind');
  const kinds =
    given === null ? KINDS_DEFAULT : EVENT_KINDS.filter((kind) => given.split(',').includes(kind));
  const names = NAMES.map((name) => [name, query.get(name)?.trim() ?? '']).filter(
    ([, value]) => value !== '',
  );
  return { kinds, names: Object.fromEntries(names) };
}

function queryOf({ kinds, names }: Wanted): string {
  return new URLSearchParams({ kind: kinds.join(','), ...names }).toString();
}

function go({ kinds, names }: Wanted): void {
  const isDefault = kinds.join() === KINDS_DEFAULT.join();
  location.replace(linkTo('events', null, { ...(isDefault ? {} : { kind: kinds.join(',') }), ...names }));
}

function Choices({ wanted }: { readonly wanted: Wanted }) {
  const { kinds, names } = wanted;
  const status = service.value?.status;
  const setName = (name: (typeof NAMES)[number], value: string) => {
    const { [name]: _, ...others } = names;
    go({ kinds, names: value.trim() === '' ? others : { ...others, [name]: value.trim() } });
  };
  return (
    <form class="filters" aria-label="which events" onSubmit={(event) => event.preventDefault()}>
      <fieldset class="kinds">
        <legend>kinds</legend>
        {EVENT_KINDS.map((kind) => (
          <label key={kind}>
            <input
              type="checkbox"
              checked={kinds.includes(kind)}
              onChange={(event) => go({ kinds: changed(kinds, kind, event.currentTarget.checked), names })}
            />{' '}
            {kind}
          </label>
        ))}
      </fieldset>
      <Names name="listener" from={status?.listeners ?? []} value={names.listener} onChange={setName} />
      <Names name="pool" from={status?.pools ?? []} value={names.pool} onChange={setName} />
      <label>
        <span>connection</span>
        <input
          value={names.connection ?? ''}
          placeholder="0100000000f2"
          onChange={(event) => setName('connection', event.currentTarget.value)}
        />
      </label>
    </form>
  );
}

function changed(kinds: readonly EventKind[], kind: EventKind, isWanted: boolean): readonly EventKind[] {
  return EVENT_KINDS.filter((each) => (each === kind ? isWanted : kinds.includes(each)));
}

interface NamesProps {
  readonly name: 'listener' | 'pool';
  readonly from: readonly { readonly name: string }[];
  readonly value: string | undefined;
  readonly onChange: (name: 'listener' | 'pool', value: string) => void;
}

function Names({ name, from, value = '', onChange }: NamesProps) {
  return (
    <label>
      <span>{name}</span>
      <select value={value} onChange={(event) => onChange(name, event.currentTarget.value)}>
        <option value="">any</option>
        {from.map((each) => (
          <option key={each.name} value={each.name}>
            {each.name}
          </option>
        ))}
      </select>
    </label>
  );
}
