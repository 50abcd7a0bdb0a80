import { describe, expect, test } from 'vitest';
import type { Effect, Model } from '../../../src/cli/top/model.ts';
import { press } from '../../../src/cli/top/press.ts';
import { modelAt, rowJson, statusJson, textOf, withRows, withStatus } from './model.ts';

/** The model after these keys, and what was to be done in all. */
function typed(model: Model, ...keys: readonly string[]): { model: Model; effects: Effect[] } {
  const effects: Effect[] = [];
  let at = model;
  for (const key of keys) {
    const [next, more] = press(at, key);
    at = next;
    effects.push(...more);
  }
  return { model: at, effects };
}

const LISTED = withRows(
  withStatus(modelAt(0), statusJson()),
  ['a', 'b', 'c'].map((id) => rowJson(id)),
);
const POOLS: Model = { ...withStatus(modelAt(0), statusJson()), view: 'pools' };

describe('keys', () => {
  test('show a view by its number, and the next and the one before by Tab', () => {
    expect(['1', '2', '3', '4', '5'].map((key) => press(modelAt(0), key)[0].view)).toEqual([
      ...['overview', 'connections', 'pools', 'chart', 'events'],
    ]);
    expect(typed(modelAt(0), 'tab', 'tab').model.view).toBe('pools');
    expect(typed(modelAt(0), 'back-tab').model.view).toBe('events');
    expect(typed(modelAt(0), '6', 'x').model).toEqual(modelAt(0));
  });

  test.each([
    ['q', 'quit'],
    ['ctrl-c', 'quit'],
    ['ctrl-z', 'suspend'],
    ['ctrl-l', 'redraw'],
  ])('%s is to %s', (key, kind) => {
    expect(press(modelAt(0), key)[1]).toEqual([{ kind }]);
  });

  test('freeze the picture, and go on with a look at once', () => {
    const frozen = typed(modelAt(0), ' ');
    expect([frozen.model.isFrozen, frozen.effects]).toEqual([true, []]);
    const going = typed(frozen.model, ' ');
    expect([going.model.isFrozen, going.effects]).toEqual([false, [{ kind: 'look' }]]);
  });

  test('of names that objects have mean nothing', () => {
    for (const view of ['overview', 'connections', 'pools'] as const)
      expect(press({ ...POOLS, view }, 'constructor')).toEqual([{ ...POOLS, view }, []]);
  });
});

describe('in the overview', () => {
  const [edge] = statusJson().listeners;
  const names = ['edge', 'old', 'inner/a', 'last'];
  const listeners = names.map((name) => ({ ...edge, name, retired: name === 'old' }));
  const MANY = withStatus(modelAt(0, { rows: 16 }), { ...statusJson(), listeners });
  const lineOf = (model: Model, name: string) =>
    textOf({ ...model, rows: 99 }).findIndex((line) => line.includes(` ${name} `)) - 2;

  test('a listener in use is selected, and stays in sight; beyond the last one the view scrolls', () => {
    expect(typed(MANY, 'j').model.listener).toBe('inner/a');
    const last = typed(MANY, 'down', 'down').model;
    expect(last.listener).toBe('last');
    expect(textOf(last)).toContainEqual(expect.stringMatching(/^> +last /));
    expect(last.scroll).toBeLessThanOrEqual(lineOf(last, 'last'));
    expect(typed(last, 'down').model).toMatchObject({ listener: 'last', scroll: last.scroll + 1 });
    expect(typed(last, 'up', 'up').model.listener).toBe('edge');
    expect(typed(MANY, 'pagedown').model).toMatchObject({ listener: null, scroll: 9 });
  });

  test.each([
    ['d', 'drain'],
    ['r', 'resume'],
  ])('%s asks, and for y the listener that is selected is to %s', (key, verb) => {
    const asked = typed(MANY, 'down', key);
    const change = {
      what: `${verb} listener inner/a`,
      method: 'POST',
      path: `/v1/listeners/inner%2Fa:${verb}`,
    };
    expect(asked).toMatchObject({ model: { prompt: { kind: 'confirm', change } }, effects: [] });
    expect(typed(asked.model, 'n').effects).toEqual([]);
    expect(typed(asked.model, 'y').effects).toEqual([{ kind: 'change', change }]);
    expect(press(modelAt(0), key)).toEqual([modelAt(0), []]);
  });
});

describe('in the list of connections', () => {
  test('rows are selected, never beyond the ends', () => {
    expect(typed(LISTED, 'j').model.connection).toBe('b');
    expect(typed(LISTED, 'down', 'down', 'down').model.connection).toBe('c');
    expect(typed(LISTED, 'G', 'k').model.connection).toBe('b');
    expect(typed(LISTED, 'end', 'pageup').model.connection).toBe('a');
    expect(typed(withRows(LISTED, []), 'j', 'return', 'K').model).toEqual(withRows(LISTED, []));
  });

  test('Enter opens the page of the selected one, and Esc leads back to it', () => {
    const opened = typed(LISTED, 'j', 'return').model;
    expect([opened.view, opened.opened?.id]).toEqual(['connection', 'b']);
    const back = typed(opened, 'escape').model;
    expect([back.view, back.opened, back.connection]).toEqual(['connections', null, 'b']);
  });

  test('K asks, and kills only for y', () => {
    const asked = typed(LISTED, 'j', 'K');
    expect(asked.model.prompt).toMatchObject({
      kind: 'confirm',
      change: { what: 'kill b of 192.0.2.1:5000' },
    });
    expect(asked.effects).toEqual([]);
    for (const key of ['n', 'escape'])
      expect(typed(asked.model, key)).toMatchObject({ model: { prompt: null }, effects: [] });
    expect(typed(asked.model, 'q', 'j').model).toEqual(asked.model);
    const killed = typed(asked.model, 'y');
    expect(killed.model.prompt).toBe(null);
    expect(killed.effects).toMatchObject([
      { kind: 'change', change: { method: 'DELETE', path: '/v1/connections/b' } },
    ]);
  });

  test('the page of a connection that has ended kills nothing', () => {
    const opened = typed(LISTED, 'return').model;
    expect(typed(opened, 'K').model.prompt).toMatchObject({ change: { path: '/v1/connections/a' } });
    const over = { ...opened, opened: { id: 'a', json: null, seen: 0, isOver: true, reason: null } };
    expect(typed(over, 'K').model.prompt).toBe(null);
  });

  test('s goes through the orders, o turns one round', () => {
    expect(typed(LISTED, 's').model).toMatchObject({ sort: 'id', descending: false });
    expect(typed(LISTED, 's', 's').model).toMatchObject({ sort: 'age', descending: true });
    expect(typed(LISTED, 'o').model).toMatchObject({ sort: 'rate', descending: false });
  });

  test('a filter is typed, mended and applied; Esc leaves what was', () => {
    expect(typed(LISTED, '/', ...'pool=wex', 'backspace', 'b', 'return')).toMatchObject({
      model: { filter: 'pool=web', prompt: null },
      effects: [{ kind: 'look' }],
    });
    expect(typed(LISTED, '/', ...'pool=web', 'escape').model).toMatchObject({ filter: '', prompt: null });
    expect(typed(LISTED, '/', ...'q', 'ctrl-u', 'x').model.prompt).toEqual({ kind: 'filter', typed: 'x' });
    expect(typed({ ...LISTED, filter: 'a' }, 'escape').model.filter).toBe('');
  });

  test('a filter that is wrong is told, stays to be mended, and is not told any more then', () => {
    const wrong = typed(LISTED, '/', ...'age=x', 'return').model;
    expect(wrong).toMatchObject({ filter: '', prompt: { typed: 'age=x' }, note: { isBad: true } });
    expect(typed(wrong, 'backspace').model).toMatchObject({ note: null, prompt: { typed: 'age=' } });
  });
});

describe('among the backends', () => {
  test.each([
    ['d', 'drain'],
    ['m', 'maintenance'],
    ['r', 'ready'],
  ])('%s asks, and y says %s of the selected one, its name percent-encoded', (key, admin) => {
    const { model, effects } = typed(POOLS, 'j', key);
    expect(model.prompt).toMatchObject({ change: { what: `${admin} web/unix:/run/b` } });
    expect(effects).toEqual([]);
    expect(typed(model, 'y').effects).toEqual([
      {
        kind: 'change',
        change: {
          what: `${admin} web/unix:/run/b`,
          method: 'PATCH',
          path: '/v1/pools/web/backends/unix%3A%2Frun%2Fb',
          body: { admin },
        },
      },
    ]);
  });

  test('nothing is asked where there is none', () => {
    expect(typed({ ...modelAt(0), view: 'pools' }, 'j', 'd').model.prompt).toBe(null);
  });
});
