import { brief, entries, field, type Json, list, number, text } from '../json.ts';
import { type Line, line, type Span, span } from '../line.ts';
import type { Model, Opened } from '../model.ts';
import { isError } from '../samples.ts';
import { type Column, table } from '../table.ts';
import { clock, counted, duration, volume } from '../units.ts';
import type { Body } from './body.ts';

/** Cells of the names of fields. */
const NAME_CELLS = 12;

/** All that is known of one connection. */
export function connection({ opened, columns }: Model): Body {
  const json = opened?.json;
  const now = opened?.seen ?? 0;
  const head = [line(span(`Connection ${opened?.id ?? ''}`, 'title'), '  ', endOf(opened))];
  if (json === undefined || json === null)
    return { head, lines: [line(span('no answer yet', 'dim'))], selected: null };
  const parts = [
    who(json, now),
    traffic(json, columns),
    life(json, now, columns),
    attempts(json, columns),
    stages(json),
    routes(json),
    backends(json, columns),
  ].filter((part) => part.length > 0);
  return { head, lines: parts.flatMap((part) => [line(), ...part]).slice(1), selected: null };
}

function endOf(opened: Opened | null): Span {
  if (opened === null || !opened.isOver) return span('');
  const { reason } = opened;
  if (reason === null) return span('has ended; its line in the log says why. As it was seen last:', 'warn');
  return span(`has ended: ${reason}`, isError(reason) ? 'bad' : 'good');
}

function named(name: string, ...parts: readonly (string | Span)[]): Line {
  return line(span(name.padEnd(NAME_CELLS), 'dim'), ...parts);
}

/** Fields that say nothing are left out. */
function who(json: Json, now: number): readonly Line[] {
  const opened = number(json, 'opened');
  const backend = [text(json, 'pool'), text(json, 'backend')].filter((name) => name !== '').join('/');
  const queue = field(json, 'queue') ?? null;
  const fields: readonly (readonly [string, string])[] = [
    ['client', text(json, 'client')],
    ['by proxy', text(json, 'peer')],
    ['header', pairs(field(json, 'header'))],
    ['listener', `${text(json, 'listener')} at ${text(json, 'local')}, shard ${text(json, 'shard')}`],
    ['opened', `${clock(opened)}, ${duration(now - opened)} ago`],
    ['sniffed', sniffed(field(json, 'sniffed'))],
    ['client TLS', tls(field(json, 'clientTls'))],
    ['route', text(json, 'route')],
    ['backend', backend],
    ['backend TLS', tls(field(json, 'backendTls'))],
    [
      'waits',
      queue === null ? '' : `for ${duration(now - number(queue, 'since'))}, behind ${text(queue, 'ahead')}`,
    ],
    ['trace', text(json, 'traceId')],
  ];
  return fields.filter(([, value]) => value !== '').map(([name, value]) => named(name, value));
}

function pairs(json: Json): string {
  return entries(json)
    .map(([key, value]) => `${key} ${brief(value)}`)
    .join(', ');
}

function sniffed(json: Json): string {
  return entries(json)
    .filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0))
    .map(([key, value]) =>
      key === 'protocol'
        ? brief(value)
        : `${key} ${Array.isArray(value) ? value.map(brief).join(',') : brief(value)}`,
    )
    .join(', ');
}

function tls(json: Json): string {
  if (typeof json !== 'object' || json === null) return '';
  const [sni, alpn, peer] = [text(json, 'sni'), text(json, 'alpn'), text(json, 'peer', 'commonName')];
  return [
    `${text(json, 'version')} ${text(json, 'cipher')}`,
    ...(sni === '' ? [] : [`sni ${sni}`]),
    ...(alpn === '' ? [] : [`alpn ${alpn}`]),
    ...(field(json, 'resumed') === true ? ['resumed'] : []),
    ...(peer === '' ? [] : [`certificate of ${peer}`]),
  ].join(', ');
}

/** Both legs, side by side. What the kernel knows is there on the linux plane alone. */
function traffic(json: Json, width: number): readonly Line[] {
  const legs = [
    { name: 'client', sent: 'Up', tcp: field(json, 'clientTcp') },
    { name: 'backend', sent: 'Down', tcp: field(json, 'backendTcp') },
  ];
  type Leg = (typeof legs)[number];
  const tcp = (key: string, told: (value: number) => string) => (leg: Leg) =>
    typeof field(leg.tcp, key) === 'number' ? told(number(leg.tcp, key)) : '-';
  const made: readonly Column<Leg>[] = [
    { head: 'FROM', cell: ({ name }) => name },
    { head: 'BYTES', cell: ({ sent }) => volume(number(json, `bytes${sent}`)), right: true },
    { head: 'BYTES/S', cell: ({ sent }) => `${volume(number(json, `rate${sent}`))}/s`, right: true },
    {
      head: 'NOT TAKEN YET',
      cell: ({ sent }) => volume(number(json, `waiting${sent}`)),
      right: true,
      spare: 3,
    },
    { head: 'RTT', cell: tcp('rttUs', (us) => duration(us / 1000)), right: true },
    { head: '+-', cell: tcp('rttVarUs', (us) => duration(us / 1000)), right: true, spare: 1 },
    { head: 'SENT AGAIN', cell: tcp('retransmits', counted), right: true, spare: 2 },
    { head: 'LINE', cell: tcp('deliveryRate', (rate) => `${volume(rate)}/s`), right: true, spare: 4 },
  ];
  const { head, rows } = table(made, legs, width);
  return [head, ...rows];
}

interface Visit {
  readonly state: string;
  readonly from: number;
  readonly to: number | null;
}

function life(json: Json, now: number, width: number): readonly Line[] {
  const visits: Visit[] = list(json, 'visits').map((visit) => ({
    state: text(visit, 'state'),
    from: number(visit, 'from'),
    to: number(visit, 'to'),
  }));
  const all: Visit[] = [...visits, { state: text(json, 'state'), from: number(json, 'since'), to: null }];
  const opened = number(json, 'opened');
  const made: readonly Column<Visit>[] = [
    { head: 'STATE', cell: ({ state, to }) => span(state, to === null ? 'good' : 'plain') },
    { head: 'AFTER', cell: ({ from }) => duration(from - opened), right: true },
    { head: 'FOR', cell: ({ from, to }) => duration((to ?? now) - from), right: true },
    { head: '', cell: ({ to }) => (to === null ? 'now' : '') },
  ];
  const { head, rows } = table(made, all, width);
  return [head, ...rows];
}

function attempts(json: Json, width: number): readonly Line[] {
  const all = list(json, 'attempts');
  if (all.length === 0) return [];
  const made: readonly Column<Json>[] = [
    {
      head: 'ATTEMPT',
      cell: (one) =>
        text(one, 'error') === '' ? span('connected', 'good') : span(text(one, 'error'), 'bad'),
    },
    { head: 'TOOK', cell: (one) => duration(number(one, 'to') - number(one, 'from')), right: true },
  ];
  const { head, rows } = table(made, all, width);
  return [head, ...rows];
}

function stages(json: Json): readonly Line[] {
  const all = list(json, 'stages');
  if (all.length === 0) return [];
  return [
    line(span('STAGES', 'bold')),
    ...all.map((one) => {
      const name = text(one, 'name');
      const of = name === '' ? text(one, 'of') : `${text(one, 'of')}, put as ${name}`;
      return line(`${pairs(field(one, 'stage'))} `, span(`(of the ${of})`, 'dim'));
    }),
  ];
}

const OUTCOMES: Readonly<Record<string, Span>> = {
  taken: span('taken', 'good'),
  passed: span('does not match'),
  'waited-for': span('cannot be told yet', 'warn'),
  'not-reached': span('not reached', 'dim'),
  'left-out': span('left out', 'dim'),
};

function routes(json: Json): readonly Line[] {
  const all = list(json, 'why', 'routes');
  if (all.length === 0) return [];
  return [
    line(span('WHY THIS ROUTE', 'bold')),
    ...all.flatMap((route) => [
      line(`${text(route, 'route')}: `, outcomeOf(text(route, 'outcome'))),
      ...list(route, 'keys').map((key) => {
        const seen = list(key, 'seen').map(brief).join(', ');
        const wanted = list(key, 'wanted').map(brief).join(' or ');
        const verdict = text(key, 'verdict').padEnd(5);
        return line(
          `  ${verdict}  ${text(key, 'key')}: wants ${wanted}, saw ${seen === '' ? 'nothing' : seen}`,
        );
      }),
    ]),
  ];
}

function outcomeOf(outcome: string): Span {
  return Object.hasOwn(OUTCOMES, outcome) ? (OUTCOMES[outcome] ?? span(outcome)) : span(outcome);
}

function backends(json: Json, width: number): readonly Line[] {
  const all = list(json, 'why', 'backends');
  if (all.length === 0) return [];
  const passedOver = (one: Json) => text(one, 'passedOver');
  const made: readonly Column<Json>[] = [
    {
      head: 'WHY THIS BACKEND',
      cell: (one) => span(text(one, 'backend'), isIts(json, one) ? 'good' : 'plain'),
    },
    { head: '', cell: (one) => (isIts(json, one) ? 'its own' : field(one, 'tried') === true ? 'tried' : '') },
    { head: 'LOAD', cell: (one) => counted(number(one, 'load')), right: true },
    { head: 'WEIGHT', cell: (one) => text(one, 'weight'), right: true, spare: 2 },
    { head: 'PRIORITY', cell: (one) => text(one, 'priority'), right: true, spare: 3 },
    {
      head: 'NOW',
      cell: (one) =>
        passedOver(one) === ''
          ? span('may be picked', 'good')
          : span(`passed over: ${passedOver(one)}`, 'warn'),
      spare: 1,
    },
  ];
  const { head, rows } = table(made, all, width);
  return [head, ...rows];
}

function isIts(json: Json, verdict: Json): boolean {
  return text(verdict, 'backend') !== '' && text(verdict, 'backend') === text(json, 'backend');
}
