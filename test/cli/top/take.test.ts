import { describe, expect, test } from 'vitest';
import { EVENTS_KEPT_MAX, ROWS_MAX, ROWS_SEARCHED_MAX } from '../../../src/cli/top/limits.ts';
import type { Model } from '../../../src/cli/top/model.ts';
import { type Asked, questionOf, streamsOf, take, takeEnd, takeEvents } from '../../../src/cli/top/take.ts';
import { clockOff } from '../../../src/cli/top/time.ts';
import { answer, modelAt, rowJson, statusJson, withRows, withStatus } from './model.ts';

const LISTED = withRows(
  withStatus(modelAt(0), statusJson()),
  ['a', 'b', 'c'].map((id) => rowJson(id)),
);

/** The question of a view besides that for the status. */
function asked(model: Model): Asked {
  const found = questionOf(model);
  if (found === null) throw new Error('it has none');
  return found;
}

function opened(id: string): Model {
  return { ...LISTED, view: 'connection', opened: { id, json: null, seen: 0, isOver: false, reason: null } };
}

describe('what is asked', () => {
  test('is what the view shows, besides the status', () => {
    expect(questionOf(modelAt(0))).toBe(null);
    expect(asked({ ...LISTED, filter: 'pool=a&b' }).path).toBe(
      `/v1/connections?pool=a%26b&sort=-rate&limit=${ROWS_MAX}`,
    );
    expect(asked({ ...LISTED, filter: 'word' }).path).toContain(`limit=${ROWS_SEARCHED_MAX}`);
    expect(asked(opened('a/b')).path).toBe('/v1/connections/a%2Fb');
    expect(asked({ ...LISTED, view: 'chart' }).path).toBe('/v1/machines/connection/counts');
  });

  test('is a stream of events only while its view is shown and not frozen', () => {
    expect(streamsOf({ ...LISTED, view: 'events' })).toEqual({ all: '/v1/events', end: null });
    expect(streamsOf({ ...LISTED, view: 'events', isFrozen: true }).all).toBe(null);
    expect(streamsOf(LISTED)).toEqual({ all: null, end: null });
    expect(streamsOf(opened('a')).end).toBe('/v1/events?kind=closed&connection=a');
  });
});

describe('an answer', () => {
  test('of the status makes a sample and ends the trouble', () => {
    const model = withStatus({ ...modelAt(5), trouble: { text: 'no answer', since: 0 } }, statusJson());
    expect(model).toMatchObject({ trouble: null, status: { at: 5 }, samples: [{ at: 5, active: 7 }] });
  });

  test('of a service that was started again begins anew, and says so', () => {
    const model = withStatus(
      withStatus(modelAt(0), statusJson({ accepted: 99 })),
      statusJson({ started: 2_000 }),
    );
    expect(model.samples).toHaveLength(1);
    expect(model.note?.text).toBe('the service was started again');
  });

  test.each([[null], [{}], [[]], ['text'], [{ phase: 'ready' }], [undefined]])(
    'that is none of Sluice, %j, is told and changes nothing else',
    (json) => {
      const model = withStatus(modelAt(3), json);
      expect(model).toEqual({
        ...modelAt(3),
        trouble: { text: expect.stringContaining('no Sluice'), since: 3 },
      });
    },
  );

  test('that is a refusal is told with what the service says, and a hint for the token', () => {
    const refused = (status: number) =>
      take(LISTED, asked(LISTED), answer({ detail: 'no' }, status)).trouble?.text;
    expect(refused(400)).toBe('the service answers 400: no');
    expect(refused(401)).toBe('the service answers 401: no (see --token-env)');
  });

  test('of the list keeps the selection where it is: on the same row, else in the same place', () => {
    const selected: Model = { ...LISTED, connection: 'b' };
    const take3 = (...ids: readonly string[]) =>
      take(selected, asked(selected), answer({ matched: 3, connections: ids.map((id) => rowJson(id)) }))
        .connection;
    expect(take3('c', 'b', 'a')).toBe('b');
    expect(take3('a', 'c', 'd')).toBe('c');
    expect(take3('a')).toBe('a');
    expect(take3()).toBe(null);
  });

  test('of a list with another filter or order than now is not taken', () => {
    const question = asked(LISTED);
    const after: Model = { ...LISTED, sort: 'age' };
    expect(take(after, question, answer({ matched: 0, connections: [] }))).toBe(after);
  });

  test('of the list has only rows with the words of the filter', () => {
    const model: Model = { ...LISTED, filter: 'beta' };
    const rows = [rowJson('a', { backend: 'alpha' }), rowJson('b', { backend: 'beta' })];
    const taken = take(model, asked(model), answer({ matched: 2, connections: rows }));
    expect(taken.connections).toEqual({ rows: [rows[1]], matched: 2 });
  });

  test('of counts keeps those before, for the rates', () => {
    const model: Model = { ...modelAt(0), view: 'chart' };
    const once = take(model, asked(model), answer({ states: {} }));
    const twice = take({ ...once, now: 9 }, asked(model), answer({ states: { a: 1 } }));
    expect(twice).toMatchObject({ counts: { at: 9 }, countsBefore: { at: 0, json: { states: {} } } });
  });
});

describe('the page of a connection', () => {
  test('stays as it was seen last when it is gone, whoever tells so', () => {
    const model = opened('a');
    const seen = take(model, asked(model), answer({ connection: 'a', client: 'x' }));
    expect(seen.opened).toMatchObject({ json: { client: 'x' }, seen: 100_000, isOver: false });
    const gone = take(seen, asked(model), answer({ detail: 'none' }, 404));
    expect(gone).toMatchObject({
      opened: { json: { client: 'x' }, isOver: true, reason: null },
      trouble: null,
    });
    expect(questionOf(gone)).toBe(null);
    expect(streamsOf(gone).end).not.toBe(null);
  });

  test('tells the reason and the last figures of its own end, and of no other', () => {
    const model = opened('a');
    const end = (id: string) => ({
      kind: 'closed',
      json: { connection: id, at: 500, data: { reason: 'killed', bytesUp: 7, bytesDown: 8, visits: [] } },
    });
    const seen = take(model, asked(model), answer({ connection: 'a', client: 'x' }));
    expect(takeEnd(seen, end('b'))).toBe(seen);
    const over = takeEnd(seen, end('a'));
    expect(over.opened).toMatchObject({ isOver: true, reason: 'killed', seen: 500 });
    expect(over.opened?.json).toMatchObject({ client: 'x', state: 'closed', bytesUp: 7 });
    expect(streamsOf(over).end).toBe(null);
  });
});

test('of events the newest are kept', () => {
  const told = Array.from({ length: EVENTS_KEPT_MAX + 5 }, (_, json) => ({ kind: 'opened', json }));
  expect(takeEvents(modelAt(0), told).events.map(({ json }) => json)).toEqual(
    told.slice(5).map(({ json }) => json),
  );
});

test('a clock is off where that is more than the whole seconds of its answers explain', () => {
  expect(clockOff(10_000, 10_400)).toBe(0);
  expect(clockOff(10_000, 11_900)).toBe(0);
  expect(clockOff(70_000, 10_500)).toBe(60_000);
});
