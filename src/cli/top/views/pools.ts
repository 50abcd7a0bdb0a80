import { field, number, text } from '../json.ts';
import { type Line, line, type Span, span } from '../line.ts';
import type { Model } from '../model.ts';
import { type BackendRow, backendRows, placeOf } from '../selection.ts';
import { type Column, table } from '../table.ts';
import { clock, counted, duration } from '../units.ts';
import type { Body } from './body.ts';

/** Every backend: how it is, what it weighs and carries, and what an operator has said. */
export function pools({ status, backend, columns, wallNow }: Model): Body {
  const rows = backendRows(status?.json);
  const selected = placeOf(
    rows.map(({ key }) => key),
    backend,
  );
  if (rows.length === 0) return { head: [], lines: [line(span('no backends', 'dim'))], selected: null };
  const made = table(columnsOf(rows, selected, wallNow), rows, columns, selected);
  return { head: [made.head], lines: made.rows as readonly Line[], selected };
}

function columnsOf(
  rows: readonly BackendRow[],
  selected: number | null,
  now: number,
): readonly Column<BackendRow>[] {
  return [
    { head: ' ', cell: (row) => (row === rows[selected ?? -1] ? '>' : ' ') },
    { head: 'POOL', cell: ({ pool }) => text(pool, 'name'), widthMax: 24 },
    { head: 'BACKEND', cell: ({ backend }) => text(backend, 'name') },
    { head: 'ADDRESS', cell: ({ backend }) => text(backend, 'address'), spare: 6 },
    { head: 'BALANCE', cell: ({ pool }) => text(pool, 'balance'), spare: 9 },
    { head: 'HEALTH', cell: health },
    { head: 'WEIGHT', cell: weight, right: true, spare: 2 },
    { head: 'ACTIVE', cell: ({ backend }) => counted(number(backend, 'active')), right: true, spare: 1 },
    { head: 'DIALING', cell: ({ backend }) => counted(number(backend, 'connecting')), right: true, spare: 4 },
    { head: 'WAITING', cell: ({ pool }) => counted(number(pool, 'waiting')), right: true, spare: 7 },
    { head: 'OVERRIDE', cell: (row) => override(row, now), widthMax: 60, spare: 3 },
  ];
}

function health({ backend }: BackendRow): Span {
  if (text(backend, 'circuit') === 'open')
    return span(`ejected, ${duration(number(backend, 'ejectionLeftMs'))} left`, 'bad');
  const told = text(backend, 'health');
  const trial = text(backend, 'circuit') === 'half-open' ? ', on trial' : '';
  return span(told + trial, told === 'healthy' ? 'good' : told === 'unhealthy' ? 'bad' : 'warn');
}

/** `0 of 5` where it is not that of the configuration. */
function weight({ backend }: BackendRow): string {
  const [now, configured] = [number(backend, 'weight'), number(backend, 'configuredWeight')];
  return now === configured ? counted(now) : `${counted(now)} of ${counted(configured)}`;
}

function override({ backend }: BackendRow, now: number): Span {
  if (typeof field(backend, 'override', 'admin') !== 'string') return span('');
  const admin = text(backend, 'override', 'admin');
  const given = text(backend, 'override', 'weight');
  const at = number(backend, 'override', 'at');
  const when = now - at < 86_400_000 ? `at ${clock(at)}` : `${duration(now - at)} ago`;
  const said = [admin, ...(given === '' ? [] : [`weight ${given}`])].join(', ');
  return span(`${said} ${when} by ${text(backend, 'override', 'by')}`, admin === 'ready' ? 'plain' : 'warn');
}
