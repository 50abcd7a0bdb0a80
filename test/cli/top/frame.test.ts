import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frameOf, pageOf } from '../../../src/cli/top/frame.ts';
import { paint } from '../../../src/cli/top/line.ts';
import { type Model, TABS } from '../../../src/cli/top/model.ts';
import { cells } from '../../../src/cli/top/shown.ts';
import { takeEvents } from '../../../src/cli/top/take.ts';
import { modelAt, rowJson, statusJson, textOf, withRows, withStatus } from './model.ts';
import { anyCharacter } from './texts.ts';

const VIEWS = [...TABS, 'connection'] as const;

const SEEN = withStatus(
  withStatus(modelAt(0), statusJson({ accepted: 10, bytesUp: 0 })),
  statusJson({ accepted: 10 }),
);

function bodyWith(model: Model, part: string): string {
  return (
    textOf(model).find((line) => line.includes(part)) ?? `no line with ${part}:\n${textOf(model).join('\n')}`
  );
}

describe('a frame', () => {
  test.each(VIEWS)('of %s has the lines and columns of its terminal, whatever the service says', (view) => {
    const size = fc.record({
      rows: fc.integer({ min: 1, max: 60 }),
      columns: fc.integer({ min: 1, max: 250 }),
    });
    const json = fc.jsonValue({ stringUnit: anyCharacter, maxDepth: 4 });
    const hostile = fc.record({ listeners: fc.array(json), pools: json, shards: json, phase: fc.string() });
    fc.assert(
      fc.property(size, fc.oneof(json, hostile), json, fc.boolean(), (terminal, status, other, isLong) => {
        const counts = { at: 0, json: { states: other, transitions: [other, other] } };
        const model: Model = {
          ...withRows(modelAt(9), Array.isArray(other) ? other : [other, rowJson('\x1b[2J')]),
          ...{
            ...terminal,
            view,
            status: { at: 0, json: status },
            counts,
            countsBefore: { ...counts, at: -5 },
          },
          opened: {
            id: 'x',
            json: isLong ? { why: other, visits: other, header: other } : other,
            seen: 0,
            isOver: isLong,
            reason: null,
          },
          events: [
            { kind: '\x1b', json: other },
            { kind: 'closed', json: { data: other } },
          ],
          trouble: { text: '\x1b]0;x\x07', since: 0 },
        };
        const { lines } = frameOf(model);
        expect(lines.length).toBe(terminal.rows);
        for (const line of lines) {
          const painted = paint(line, terminal.columns, 'none');
          expect(cells(painted)).toBeLessThanOrEqual(terminal.columns);
          expect(painted).not.toMatch(/[\p{C}\p{M}]/u);
        }
      }),
      { numRuns: 25 },
    );
  });

  test.each([40, 100, 200])('has its title, its tabs and its keys in %d columns', (columns) => {
    const lines = textOf({ ...SEEN, columns });
    expect(lines).toHaveLength(24);
    expect(lines[0]).toMatch(/^sluice top {2}ready/);
    expect(lines[1]).toContain('1 overview');
    expect(lines.at(-1)).toMatch(/^q quit {2}1-5 view/);
  });

  test('is scrolled no further than there is', () => {
    const model: Model = { ...SEEN, rows: 12, scroll: 1_000 };
    const { scroll } = frameOf(model);
    expect(scroll).toBeGreaterThan(0);
    expect(scroll).toBeLessThan(30);
    expect(frameOf({ ...model, rows: 60 }).scroll).toBe(0);
  });

  test('keeps what is selected in sight', () => {
    const rows = Array.from({ length: 100 }, (_, index) => rowJson(`id-${index}`));
    for (const selected of [0, 7, 50, 99]) {
      const model: Model = { ...withRows(SEEN, rows), connection: `id-${selected}` };
      expect(bodyWith(model, '>')).toContain(`id-${selected} `);
    }
  });

  test('tells what is asked, what was wrong, and how long there has been no answer', () => {
    const change = { what: 'kill a', method: 'DELETE', path: '' } as const;
    expect(textOf({ ...SEEN, prompt: { kind: 'confirm', change } }).at(-2)).toBe('kill a? y/n');
    expect(textOf({ ...SEEN, prompt: { kind: 'filter', typed: 'pool=x' } }).at(-2)).toBe('filter: pool=x');
    const lost: Model = { ...SEEN, now: 12_000, trouble: { text: 'no answer: ECONNREFUSED', since: 1_000 } };
    expect(textOf(lost).at(-2)).toBe('no answer: ECONNREFUSED, last answer 12s ago; trying again');
    const noted: Model = { ...lost, note: { text: 'kill a: done', isBad: false, until: 13_000 } };
    expect(textOf(noted).at(-2)).toBe('kill a: done');
    expect(textOf({ ...noted, now: 13_000 }).at(-2)).toContain('ECONNREFUSED');
  });

  test('that is printed has all of a view, and no keys', () => {
    const rows = Array.from({ length: 100 }, (_, index) => rowJson(`id-${index}`));
    const lines = pageOf(withRows(SEEN, rows)).map((line) => paint(line, 100, 'none'));
    expect(lines.filter((line) => line.includes('id-'))).toHaveLength(100);
    expect(lines.join('\n')).not.toContain('q quit');
  });
});

describe('the overview', () => {
  test('has the rates of a listener, its connections, and the backends that can be used', () => {
    const later = { ...withStatus(modelAt(0), statusJson({ accepted: 10 })), now: 2_000 };
    const model = withStatus(
      later,
      statusJson({ accepted: 20, bytesUp: 4_096, closed: { 'no-backend': 4 } }),
    );
    expect(bodyWith(model, 'accepted 5.0/s')).toContain('errors 2.0/s   up 2KiB/s   down 0B/s');
    expect(bodyWith(model, 'edge')).toMatch(/edge +0\.0\.0\.0:443 +linux +7 +5\.0 +2\.0 +2\.0 +2KiB +0B +20/);
    expect(bodyWith(model, 'web')).toMatch(/web +round_robin +1 of 2 +6 +0 +2/);
    expect(textOf({ ...model, rows: 40 }).find((line) => line.includes('no-backend'))).toMatch(
      /no-backend +4 +4/,
    );
  });
});

test('the overview says of a listener that takes no connections how it stands', () => {
  const json = statusJson();
  const listeners = [
    { ...json.listeners[0], name: 'one', state: 'draining' },
    { ...json.listeners[0], name: 'two', state: 'drained', retired: true },
    { ...json.listeners[0], name: 'three', state: 'accepting' },
  ];
  const model = withStatus(modelAt(0), { ...json, listeners });
  expect(bodyWith(model, 'one')).toContain('one (draining)');
  expect(bodyWith(model, 'two')).toContain('two (drained, retired)');
  expect(bodyWith(model, 'three')).not.toContain('(');
});

describe('the list of connections', () => {
  test('says how many of how many, in which order, through which filter', () => {
    const model: Model = { ...withRows(SEEN, [rowJson('010000000007')], 1_234), filter: 'pool=web' };
    expect(textOf(model)[2]).toContain('1 of 1,234  greatest rate first  filter pool=web');
    expect(bodyWith(model, '010000000007')).toMatch(
      /> +010000000007 +192\.0\.2\.1:5000 .*streaming .*web\/a +10s .*512B$/,
    );
  });

  test('leaves out in a narrow terminal what tells least, and keeps client, age and rate longer', () => {
    const narrow = textOf({ ...withRows(SEEN, [rowJson('010000000007')]), columns: 60 });
    expect(narrow[3]).toMatch(/CONNECTION +CLIENT +STATE +AGE +DOWN\/S/);
  });
});

describe('the backends', () => {
  test('have their health, weight, load and what an operator has said', () => {
    const model: Model = { ...SEEN, view: 'pools', columns: 160 };
    expect(bodyWith(model, ' a ')).toMatch(/> +web +a +10\.0\.0\.1:80 +round_robin +healthy +5 +3 +0 +2/);
    expect(bodyWith(model, 'unix:/run/b')).toMatch(
      /unhealthy +0 of 5 .*drain at \d\d:\d\d:\d\d by 127\.0\.0\.1 TOKEN/,
    );
  });
});

describe('the chart', () => {
  const counts = (entered: number, taken: number) => ({
    states: {
      streaming: { live: 4, entered },
      accepting: { live: 1, entered },
      new: { live: 0, entered: null },
    },
    transitions: [
      { from: 'dialing', event: 'DIALED', to: 'streaming', taken },
      { from: 'relaying', event: 'drain', to: null, taken: 1 },
      { from: 'sniffing', event: 'never', to: 'closed', taken: 0 },
    ],
  });
  const model: Model = {
    ...{ ...SEEN, view: 'chart', counts: { at: 2_000, json: counts(30, 9) } },
    countsBefore: { at: 0, json: counts(10, 5) },
  };

  test('has the states in the order of life, those of a later version last, with live counts and entries a second', () => {
    const lines = textOf(model).filter((line) => /^(accepting|streaming|new) /.test(line));
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['accepting', 'streaming', 'new']);
    expect(lines[1]).toMatch(/^streaming +4 +█{30} +10 +30$/);
  });

  test('has the ways between them where the service counts those', () => {
    expect(bodyWith(model, 'DIALED')).toMatch(/^dialing +DIALED +streaming +2\.0 +9$/);
    expect(bodyWith(model, 'relaying')).toMatch(/^relaying +drain +\(stays\) +0 +1$/);
    expect(textOf(model).join('\n')).not.toContain('never');
    const uncounted = { ...model, counts: { at: 2_000, json: { states: {}, transitions: null } } };
    expect(textOf(uncounted).join('\n')).not.toContain('TAKEN/S');
  });
});

describe('the events', () => {
  test('have the newest first, in words', () => {
    const event = (kind: string, data: object) => ({
      kind,
      json: { at: 3_000, connection: 'c1', listener: 'edge', pool: 'web', backend: 'a', data },
    });
    const told = [
      event('opened', { client: '192.0.2.1:5' }),
      event('closed', { reason: 'killed', opened: 1_000, bytesUp: 1, bytesDown: 2, client: '192.0.2.1:5' }),
      event('health', { healthy: false, cause: 'refused' }),
      event('limit', { limit: 'process', count: 3 }),
      { kind: 'dropped', json: { count: 12 } },
      { kind: 'dropped', json: { count: null } },
    ];
    const lines = textOf(takeEvents({ ...SEEN, view: 'events', stream: 'open' }, told)).slice(3, 9);
    expect(lines.map((line) => line.replace(/^\d\d:\d\d:\d\d +/, '').replace(/ +/g, ' '))).toEqual([
      'some events are not here: they came too fast, or while nobody looked',
      '12 events are not here: they came too fast, or while nobody looked',
      'limit c1 edge web/a limit process, count 3',
      'health c1 edge web/a unhealthy: refused',
      'closed c1 edge web/a killed after 2.0s, up 1B, down 2B, from 192.0.2.1:5',
      'opened c1 edge web/a from 192.0.2.1:5',
    ]);
  });
});
