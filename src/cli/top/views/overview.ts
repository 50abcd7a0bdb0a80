import { field, type Json, list, number, sum, text } from '../json.ts';
import { HISTORY_MS } from '../limits.ts';
import { type Line, line, lineCells, type Span, span } from '../line.ts';
import type { Model } from '../model.ts';
import { courseOf, isError, listenerKey, ratesOf, type Totals } from '../samples.ts';
import { listenerNames, placeOf } from '../selection.ts';
import { type Point, sparkline } from '../sparkline.ts';
import { type Column, table } from '../table.ts';
import { counted, perSecond, volume } from '../units.ts';
import type { Body } from './body.ts';

/** Cells of a course: one a second. */
const COURSE_CELLS = HISTORY_MS / 1000;

/** Cells that the name of a course and its greatest value take beside it. */
const COURSE_AROUND = 30;

/** Cells of the name. */
const NAME_CELLS = 12;

/** Rates, listeners, pools, ends by reason and shards. */
export function overview(model: Model): Body {
  const status = model.status?.json;
  const parts = [totals(model), courses(model), listeners(model), pools(status, model.columns)];
  const more = [reasons(model), shards(status, model.columns)].filter((part) => part.length > 0);
  const lines = [...parts, ...more].flatMap((part, index) => (index === 0 ? part : [line(), ...part]));
  return { head: [], lines, selected: null };
}

/** The line of a listener in the overview, by its place among those in use. */
export function lineOfListener(model: Model, place: number): number {
  const all = list(model.status?.json, 'listeners');
  const inUse = all.filter((one) => field(one, 'retired') !== true)[place];
  const HEADS = 3;
  const at = inUse === undefined ? 0 : all.indexOf(inUse);
  return totals(model).length + courses(model).length + HEADS + at;
}

/** In as many lines as they need. */
function totals({ samples, status, columns }: Model): readonly Line[] {
  const rates = ratesOf(samples);
  const parts: readonly Line[] = [
    line('active ', span(counted(number(status?.json, 'connections')), 'bold')),
    line('accepted ', span(`${perSecond(rates.accepted)}/s`, 'bold')),
    line('errors ', span(`${perSecond(rates.errors)}/s`, rates.errors > 0 ? 'bad' : 'bold')),
    line('up ', span(`${volume(rates.bytesUp)}/s`, 'bold')),
    line('down ', span(`${volume(rates.bytesDown)}/s`, 'bold')),
  ];
  const lines: Line[] = [];
  for (const part of parts) {
    const longer = [...(lines.at(-1) ?? []), span('   '), ...part];
    if (lines.length > 0 && lineCells(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines;
}

function courses({ samples, now, columns }: Model): readonly Line[] {
  const width = Math.min(COURSE_CELLS, Math.max(1, columns - COURSE_AROUND));
  const course = (name: string, points: readonly Point[], told: (value: number) => string): Line => {
    const most = Math.max(0, ...points.map(({ value }) => value));
    const bars = sparkline(points, now, HISTORY_MS, width);
    return line(name.padEnd(NAME_CELLS), span(bars, 'good'), span(`  most ${told(most)}`, 'dim'));
  };
  const rates = courseOf(samples);
  const of = (pick: (rates: Totals) => number) =>
    rates.map(({ at, rates: all }) => ({ at, value: pick(all) }));
  const active = samples.map(({ at, active: value }) => ({ at, value }));
  return [
    line(span('LAST MINUTE', 'bold')),
    course('active', active, counted),
    course(
      'accepted/s',
      of(({ accepted }) => accepted),
      perSecond,
    ),
    course(
      'errors/s',
      of(({ errors }) => errors),
      perSecond,
    ),
    course(
      'bytes/s',
      of(({ bytesUp, bytesDown }) => bytesUp + bytesDown),
      volume,
    ),
  ];
}

function listeners({ status, samples, columns, listener }: Model): readonly Line[] {
  const names = listenerNames(status?.json);
  const selected = names[placeOf(names, listener) ?? -1];
  const mark = (one: Json): string =>
    text(one, 'name') === selected && field(one, 'retired') !== true ? '>' : ' ';
  const rates = (listener: Json): Totals =>
    ratesOf(samples, (sample) => sample.listeners.get(listenerKey(listener)));
  const made: readonly Column<Json>[] = [
    { head: ' ', cell: mark },
    { head: 'LISTENER', cell: listenerName },
    { head: 'ADDRESS', cell: (one) => text(one, 'address'), spare: 6 },
    { head: 'PLANE', cell: (one) => text(one, 'plane'), spare: 9 },
    { head: 'ACTIVE', cell: (one) => counted(activeOf(one)), right: true },
    { head: 'ACCEPT/S', cell: (one) => perSecond(rates(one).accepted), right: true, spare: 1 },
    { head: 'END/S', cell: (one) => perSecond(rates(one).ended), right: true, spare: 7 },
    {
      head: 'ERROR/S',
      cell: (one) => span(perSecond(rates(one).errors), rates(one).errors > 0 ? 'bad' : 'plain'),
      right: true,
      spare: 2,
    },
    { head: 'UP/S', cell: (one) => volume(rates(one).bytesUp), right: true, spare: 4 },
    { head: 'DOWN/S', cell: (one) => volume(rates(one).bytesDown), right: true, spare: 3 },
    { head: 'ACCEPTED', cell: (one) => counted(number(one, 'accepted')), right: true, spare: 8 },
  ];
  return lines(table(made, list(status?.json, 'listeners'), columns));
}

/** With how it stands where it takes no connections. */
function listenerName(listener: Json): Span {
  const name = text(listener, 'name');
  const state = text(listener, 'state');
  const said = [
    ...(state === '' || state === 'accepting' ? [] : [state]),
    ...(field(listener, 'retired') === true ? ['retired'] : []),
  ];
  return said.length === 0 ? span(name) : span(`${name} (${said.join(', ')})`, 'warn');
}

/** Those in `closed` have ended. */
function activeOf(listener: Json): number {
  return sum(listener, 'connections') - number(listener, 'connections', 'closed');
}

function pools(status: Json, width: number): readonly Line[] {
  const all = list(status, 'pools');
  if (all.length === 0) return [line(span('no pools', 'dim'))];
  const up = (pool: Json) => list(pool, 'backends').filter(isUsable).length;
  const total = (pool: Json, key: string) =>
    list(pool, 'backends').reduce<number>((before, backend) => before + number(backend, key), 0);
  const made: readonly Column<Json>[] = [
    { head: 'POOL', cell: (pool) => text(pool, 'name') },
    { head: 'BALANCE', cell: (pool) => text(pool, 'balance'), spare: 4 },
    {
      head: 'BACKENDS UP',
      cell: (pool) => {
        const count = list(pool, 'backends').length;
        return span(`${up(pool)} of ${count}`, up(pool) < count ? 'bad' : 'good');
      },
      right: true,
    },
    { head: 'ACTIVE', cell: (pool) => counted(total(pool, 'active')), right: true, spare: 1 },
    { head: 'CONNECTING', cell: (pool) => counted(total(pool, 'connecting')), right: true, spare: 3 },
    { head: 'WAITING', cell: (pool) => counted(number(pool, 'waiting')), right: true, spare: 2 },
  ];
  return lines(table(made, all, width));
}

/** Whether the health of a backend, and what operators and its circuit say, let it have connections. */
function isUsable(backend: Json): boolean {
  return (
    text(backend, 'health') !== 'unhealthy' &&
    text(backend, 'circuit') !== 'open' &&
    number(backend, 'weight') > 0
  );
}

function reasons({ samples, columns }: Model): readonly Line[] {
  const [before, last] = [samples.at(0), samples.at(-1)];
  const rows = [...(last?.reasons ?? [])].sort(([, one], [, other]) => other - one);
  if (rows.length === 0) return [];
  const minute = ([reason, count]: readonly [string, number]) => count - (before?.reasons.get(reason) ?? 0);
  const made: readonly Column<readonly [string, number]>[] = [
    { head: 'ENDED', cell: ([reason]) => span(reason, isError(reason) ? 'bad' : 'good') },
    { head: 'LAST MINUTE', cell: (row) => counted(minute(row)), right: true, spare: 1 },
    { head: 'SINCE THE START', cell: ([, count]) => counted(count), right: true },
  ];
  return lines(table(made, rows, columns));
}

function shards(status: Json, width: number): readonly Line[] {
  const all = list(status, 'shards');
  if (all.length === 0) return [];
  const made: readonly Column<Json>[] = [
    { head: 'SHARD', cell: (one) => text(one, 'number'), right: true },
    { head: 'PLANE', cell: (one) => text(one, 'plane'), spare: 3 },
    {
      head: 'STATE',
      cell: (one) => span(text(one, 'state'), text(one, 'state') === 'running' ? 'good' : 'bad'),
    },
    { head: 'RESTARTS', cell: (one) => text(one, 'generation'), right: true, spare: 2 },
    { head: 'PLAN', cell: (one) => text(one, 'planVersion'), right: true, spare: 4 },
    { head: 'ACTIVE', cell: (one) => counted(number(one, 'connections')), right: true },
    {
      head: 'FACTS DROPPED',
      cell: (one) =>
        span(counted(number(one, 'factsDropped')), number(one, 'factsDropped') > 0 ? 'bad' : 'plain'),
      right: true,
      spare: 1,
    },
  ];
  return lines(table(made, all, width));
}

function lines({ head, rows }: { readonly head: Line; readonly rows: readonly Line[] }): readonly Line[] {
  return [head, ...rows];
}
