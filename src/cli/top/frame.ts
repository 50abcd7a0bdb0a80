import { formatDuration } from '../../core/units.ts';
import { list, number, text } from './json.ts';
import { type Line, line, lineCells, type Span, span } from './line.ts';
import { type Model, TABS } from './model.ts';
import { counted, duration } from './units.ts';
import type { Body } from './views/body.ts';
import { chart } from './views/chart.ts';
import { connection } from './views/connection.ts';
import { connections } from './views/connections.ts';
import { events } from './views/events.ts';
import { overview } from './views/overview.ts';
import { pools } from './views/pools.ts';

/** Lines around the body: the title, the tabs, what there is to say, the keys. */
const LINES_AROUND = 4;

/** What stands on the screen. */
export interface Frame {
  /** As many as the terminal has. */
  readonly lines: readonly Line[];
  /** By how much the body is scrolled: no more than there is. */
  readonly scroll: number;
}

const BODIES: Readonly<Record<Model['view'], (model: Model) => Body>> = {
  overview,
  connections,
  connection,
  pools,
  chart,
  events,
};

/** The picture of a model, as high as its terminal. Pure. */
export function frameOf(model: Model): Frame {
  const { head, lines, selected } = BODIES[model.view](model);
  const room = Math.max(0, model.rows - LINES_AROUND - head.length);
  const scroll = scrollOf(lines.length, room, selected, model.scroll);
  const seen = lines.slice(scroll, scroll + room);
  const blank = Array.from({ length: room - seen.length }, () => line());
  const all = [title(model), tabs(model), ...head, ...seen, ...blank, said(model), keys(model)];
  return { lines: all.slice(-model.rows), scroll };
}

/** The same for a printer or a pipe: all there is of the view, however high. */
export function pageOf(model: Model): readonly Line[] {
  const { head, lines } = BODIES[model.view](model);
  const trouble = model.trouble === null ? [] : [line(), said(model)];
  return [title(model), line(), ...head, ...lines, ...trouble];
}

/** What is selected stays in the middle where that is possible. */
function scrollOf(count: number, room: number, selected: number | null, scroll: number): number {
  const wanted = selected === null ? scroll : selected - Math.floor(room / 2);
  return Math.max(0, Math.min(wanted, count - room));
}

function title({ where, status, wallNow }: Model): Line {
  const json = status?.json;
  if (json === undefined) return line(span('sluice top', 'title'), `  ${where}`);
  const phase = text(json, 'phase');
  const dropped = number(json, 'factsDropped');
  const shards = list(json, 'shards').length;
  return line(
    ...[span('sluice top', 'title'), '  ', span(phase, phase === 'ready' ? 'good' : 'warn'), `  ${where}`],
    `  up ${duration(Math.max(0, wallNow - number(json, 'started')))}`,
    `  plan ${text(json, 'planVersion')}`,
    `  ${counted(shards)} ${shards === 1 ? 'shard' : 'shards'}`,
    ...(dropped > 0 ? ['  ', span(`${counted(dropped)} facts dropped`, 'bad')] : []),
  );
}

/** The tabs, or in a narrow terminal their keys with the name of the one that is shown. */
function tabs({ view, columns, isFrozen, everyMs }: Model): Line {
  const shown = view === 'connection' ? 'connections' : view;
  const long = TABS.map((tab, index) => span(` ${index + 1} ${tab} `, tab === shown ? 'selected' : 'plain'));
  const short = TABS.map((tab, index) =>
    tab === shown ? span(` ${index + 1} ${tab} `, 'selected') : span(` ${index + 1} `),
  );
  const every: Span = isFrozen ? span('  frozen', 'warn') : span(`  every ${formatDuration(everyMs)}`, 'dim');
  const spans = lineCells(long) <= columns ? long : short;
  return line(...spans, every);
}

function said({ prompt, note, trouble, status, now }: Model): Line {
  if (note !== null && (prompt === null || note.isBad) && now < note.until)
    return line(span(note.text, note.isBad ? 'bad' : 'good'));
  if (prompt?.kind === 'confirm') return line(span(`${prompt.change.what}?`, 'warn'), ' y/n');
  if (prompt?.kind === 'filter') return line('filter: ', span(prompt.typed, 'bold'), span(' ', 'selected'));
  if (trouble === null) return line();
  const since = status === null ? '' : `, last answer ${duration(now - status.at)} ago`;
  return line(span(`${trouble.text}${since}; trying again`, 'bad'));
}

const KEYS: Readonly<Record<Model['view'], string>> = {
  overview: 'd drain  r resume the listener  up/down select  Page scroll',
  connections: 'Enter open  / filter  s sort  o order  K kill  up/down select',
  connection: 'Esc back  K kill  up/down scroll',
  pools: 'd drain  m maintenance  r ready  up/down select',
  chart: 'up/down scroll',
  events: 'up/down scroll',
};

function keys({ view, prompt }: Model): Line {
  if (prompt?.kind === 'confirm') return line(span('y do it  n leave it', 'dim'));
  if (prompt?.kind === 'filter')
    return line(span('Enter apply  Esc leave  such as pool=web state=streaming age=5m 10.0.0.0/8', 'dim'));
  return line(span(`q quit  1-5 view  ${KEYS[view]}  space freeze`, 'dim'));
}
