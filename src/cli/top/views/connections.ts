import { type Json, number, text } from '../json.ts';
import { line, span } from '../line.ts';
import type { Model } from '../model.ts';
import { connectionIds, placeOf } from '../selection.ts';
import { type Column, table } from '../table.ts';
import { counted, duration, volume } from '../units.ts';
import type { Body } from './body.ts';

/** The live connections, as the service sorts and filters them. */
export function connections(model: Model): Body {
  const { connections: page, filter, sort, descending, columns } = model;
  const order = `${descending ? 'greatest' : 'least'} ${sort} first`;
  const rows = page?.rows ?? [];
  const shownOf = page === null ? '' : `${counted(rows.length)} of ${counted(page.matched)}`;
  const head = line(
    span(shownOf, 'bold'),
    `  ${order}`,
    ...(filter === '' ? [] : ['  filter ', span(filter, 'warn'), span('  Esc takes it away', 'dim')]),
  );
  const selected = placeOf(connectionIds(model), model.connection);
  const made = table(columnsAt(model.wallNow, rows, selected), rows, columns, selected);
  const empty = page === null ? 'no answer yet' : 'no connection';
  return rows.length === 0
    ? { head: [head], lines: [line(span(empty, 'dim'))], selected: null }
    : { head: [head, made.head], lines: made.rows, selected };
}

function columnsAt(now: number, rows: readonly Json[], selected: number | null): readonly Column<Json>[] {
  return [
    { head: ' ', cell: (row) => (row === rows[selected ?? -1] ? '>' : ' ') },
    { head: 'CONNECTION', cell: (row) => text(row, 'connection'), widthMax: 12 },
    { head: 'CLIENT', cell: (row) => text(row, 'client'), spare: 3 },
    { head: 'LISTENER', cell: (row) => text(row, 'listener'), widthMax: 20, spare: 9 },
    { head: 'STATE', cell: (row) => text(row, 'state'), spare: 4 },
    { head: 'PROTOCOL', cell: (row) => text(row, 'protocol'), widthMax: 12, spare: 11 },
    { head: 'ROUTE', cell: (row) => text(row, 'route'), widthMax: 24, spare: 10 },
    { head: 'BACKEND', cell: (row) => backendOf(row), spare: 5 },
    {
      head: 'AGE',
      cell: (row) => duration(Math.max(0, now - number(row, 'opened'))),
      right: true,
      spare: 2,
    },
    { head: 'UP', cell: (row) => volume(number(row, 'bytesUp')), right: true, spare: 7 },
    { head: 'DOWN', cell: (row) => volume(number(row, 'bytesDown')), right: true, spare: 6 },
    { head: 'UP/S', cell: (row) => volume(number(row, 'rateUp')), right: true, spare: 8 },
    { head: 'DOWN/S', cell: (row) => volume(number(row, 'rateDown')), right: true, spare: 1 },
  ];
}

function backendOf(row: Json): string {
  return [text(row, 'pool'), text(row, 'backend')].filter((name) => name !== '').join('/');
}
