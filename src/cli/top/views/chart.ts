import { STATES } from '../../../core/state.ts';
import { entries, type Json, list, number, text } from '../json.ts';
import { type Line, line, span } from '../line.ts';
import type { Counts, Model } from '../model.ts';
import { type Column, table } from '../table.ts';
import { counted, perSecond } from '../units.ts';
import type { Body } from './body.ts';

/** Cells of the bar of the fullest state. */
const BAR_CELLS = 30;

/** The states of a connection in the order of its life, and the ways between them where the service counts those. */
export function chart({ counts, countsBefore, columns }: Model): Body {
  if (counts === null) return { head: [], lines: [line(span('no answer yet', 'dim'))], selected: null };
  const states = stateNames(counts.json);
  const most = Math.max(1, ...states.map((state) => number(counts.json, 'states', state, 'live')));
  const entered = (json: Json, state: string) => number(json, 'states', state, 'entered');
  const made: readonly Column<string>[] = [
    { head: 'STATE', cell: (state) => state },
    { head: 'LIVE', cell: (state) => counted(number(counts.json, 'states', state, 'live')), right: true },
    {
      head: '',
      cell: (state) => {
        const live = number(counts.json, 'states', state, 'live');
        return span('█'.repeat(Math.ceil((live / most) * BAR_CELLS)).padEnd(BAR_CELLS), 'good');
      },
      spare: 2,
    },
    {
      head: 'ENTERED/S',
      cell: (state) => perSecond(rate(counts, countsBefore, (json) => entered(json, state))),
      right: true,
    },
    {
      head: 'SINCE THE START',
      cell: (state) => counted(entered(counts.json, state)),
      right: true,
      spare: 1,
    },
  ];
  const { head, rows } = table(made, states, columns);
  return { head: [], lines: [head, ...rows, ...transitions(counts, countsBefore, columns)], selected: null };
}

/** Those that are known in the order of life, then what the service has besides. */
function stateNames(json: Json): readonly string[] {
  const there = entries(json, 'states').map(([state]) => state);
  const known = STATES.filter((state) => there.includes(state));
  return [...known, ...there.filter((state) => !known.some((one) => one === state))];
}

/** Those that have been taken, the most taken first. */
function transitions(counts: Counts, before: Counts | null, columns: number): readonly Line[] {
  const key = (one: Json) => JSON.stringify([text(one, 'from'), text(one, 'event'), text(one, 'to')]);
  const taken = list(counts.json, 'transitions')
    .filter((one) => number(one, 'taken') > 0)
    .sort((one, other) => number(other, 'taken') - number(one, 'taken'));
  if (taken.length === 0) return [];
  const takenBefore = new Map(
    list(before?.json, 'transitions').map((one) => [key(one), number(one, 'taken')]),
  );
  const perSecondOf = (one: Json): number => {
    const was = takenBefore.get(key(one));
    if (was === undefined || before === null) return 0;
    return rate(counts, before, (json) => (json === counts.json ? number(one, 'taken') : was));
  };
  const made: readonly Column<Json>[] = [
    { head: 'FROM', cell: (one) => text(one, 'from') },
    { head: 'EVENT', cell: (one) => text(one, 'event'), spare: 1 },
    { head: 'TO', cell: (one) => text(one, 'to') || span('(stays)', 'dim') },
    { head: 'TAKEN/S', cell: (one) => perSecond(perSecondOf(one)), right: true },
    { head: 'SINCE THE START', cell: (one) => counted(number(one, 'taken')), right: true, spare: 2 },
  ];
  const { head, rows } = table(made, taken, columns);
  return [line(), head, ...rows];
}

function rate(counts: Counts, before: Counts | null, of: (json: Json) => number): number {
  if (before === null || counts.at <= before.at) return 0;
  return (Math.max(0, of(counts.json) - of(before.json)) * 1000) / (counts.at - before.at);
}
