import { CONNECTION_SORTS } from '../../core/connection-query.ts';
import { parseFilter } from './filter.ts';
import { text } from './json.ts';
import { FILTER_CHARS_MAX } from './limits.ts';
import { type Change, type Effect, type Model, type Prompt, TABS, type View } from './model.ts';
import { backendRows, connectionIds, encoded, listenerNames, moved, placeOf } from './selection.ts';
import { lineOfListener } from './views/overview.ts';

/** The model after a step, and what is to be done. */
export type Step = readonly [Model, readonly Effect[]];

/** Lines of a frame that are not the body's, about; a page is what is left. */
const LINES_AROUND = 7;

const LOOK: readonly Effect[] = [{ kind: 'look' }];

/** What a key does; `keys.ts` says how keys are called. Keys that mean nothing change nothing. */
export function press(model: Model, key: string): Step {
  if (key === 'ctrl-c') return [model, [{ kind: 'quit' }]];
  if (key === 'ctrl-z') return [model, [{ kind: 'suspend' }]];
  if (key === 'ctrl-l') return [model, [{ kind: 'redraw' }]];
  if (model.prompt !== null) return answer(model, model.prompt, key);
  return everywhere(model, key) ?? moving(model, key) ?? ofView(model, key) ?? [model, []];
}

function everywhere(model: Model, key: string): Step | null {
  const tab = /^[1-9]$/.test(key) ? TABS[Number(key) - 1] : undefined;
  if (tab !== undefined) return show(model, tab);
  switch (key) {
    case 'q':
      return [model, [{ kind: 'quit' }]];
    case 'tab':
      return show(model, tabBeside(model.view, 1));
    case 'back-tab':
      return show(model, tabBeside(model.view, -1));
    case ' ':
      return [{ ...model, isFrozen: !model.isFrozen }, model.isFrozen ? LOOK : []];
    default:
      return null;
  }
}

function show(model: Model, view: View): Step {
  return [{ ...model, view, scroll: 0, opened: null }, LOOK];
}

function tabBeside(view: View, by: number): View {
  const at = TABS.findIndex((tab) => tab === (view === 'connection' ? 'connections' : view));
  return TABS[(at + by + TABS.length) % TABS.length] ?? 'overview';
}

function moving(model: Model, key: string): Step | null {
  const page = Math.max(1, model.rows - LINES_AROUND);
  const all = Number.MAX_SAFE_INTEGER;
  const steps: Readonly<Record<string, number>> = {
    ...{ up: -1, k: -1, down: 1, j: 1, pageup: -page, pagedown: page, 'ctrl-u': -page, 'ctrl-d': page },
    ...{ home: -all, g: -all, end: all, G: all },
  };
  const by = Object.hasOwn(steps, key) ? steps[key] : undefined;
  if (by === undefined) return null;
  switch (model.view) {
    case 'connections':
      return [{ ...model, connection: moved(connectionIds(model), model.connection, by) }, []];
    case 'pools': {
      const keys = backendRows(model.status?.json).map((row) => row.key);
      return [{ ...model, backend: moved(keys, model.backend, by) }, []];
    }
    case 'overview': {
      const selected = Math.abs(by) === 1 ? withListener(model, by) : null;
      return [selected ?? scrolled(model, by), []];
    }
    case 'connection':
    case 'chart':
    case 'events':
      return [scrolled(model, by), []];
  }
}

function scrolled(model: Model, by: number): Model {
  return { ...model, scroll: Math.max(0, model.scroll + by) };
}

/** With the listener beside the one that is selected, in sight; null: there is none. */
function withListener(model: Model, by: number): Model | null {
  const names = listenerNames(model.status?.json);
  const place = (placeOf(names, model.listener) ?? 0) + by;
  const listener = names[place];
  if (listener === undefined) return null;
  const at = lineOfListener(model, place);
  const room = Math.max(1, model.rows - LINES_AROUND);
  return { ...model, listener, scroll: Math.max(at - room + 1, Math.min(model.scroll, at)) };
}

function ofView(model: Model, key: string): Step | null {
  switch (model.view) {
    case 'connections':
      return ofConnections(model, key);
    case 'connection':
      return ofConnection(model, key);
    case 'pools':
      return ofPools(model, key);
    case 'overview':
      return ofOverview(model, key);
    case 'chart':
    case 'events':
      return null;
  }
}

function ofConnections(model: Model, key: string): Step | null {
  const ids = connectionIds(model);
  const id = ids[placeOf(ids, model.connection) ?? -1];
  switch (key) {
    case 's': {
      const at = CONNECTION_SORTS.indexOf(model.sort);
      const sort = CONNECTION_SORTS[(at + 1) % CONNECTION_SORTS.length] ?? 'id';
      return [{ ...model, sort, descending: sort !== 'id', connection: null }, LOOK];
    }
    case 'o':
      return [{ ...model, descending: !model.descending, connection: null }, LOOK];
    case '/':
      return ask(model, { kind: 'filter', typed: model.filter });
    case 'escape':
      return model.filter === '' ? null : [{ ...model, filter: '', connection: null }, LOOK];
    case 'return':
    case 'right':
      if (id === undefined) return null;
      return open(model, id);
    case 'K':
      return id === undefined ? null : ask({ ...model, connection: id }, kill(model, id));
    default:
      return null;
  }
}

function open(model: Model, id: string): Step {
  const opened = { id, json: null, seen: model.wallNow, isOver: false, reason: null };
  return [{ ...model, view: 'connection', scroll: 0, connection: id, opened }, LOOK];
}

function ofConnection(model: Model, key: string): Step | null {
  if (key === 'escape' || key === 'left' || key === 'backspace') return show(model, 'connections');
  if (key !== 'K' || model.opened === null || model.opened.isOver) return null;
  return ask(model, kill(model, model.opened.id));
}

function kill(model: Model, id: string): Prompt {
  const row = model.connections?.rows.find((one) => text(one, 'connection') === id) ?? model.opened?.json;
  const client = text(row, 'client');
  const change: Change = {
    what: client === '' ? `kill ${id}` : `kill ${id} of ${client}`,
    method: 'DELETE',
    path: `/v1/connections/${encoded(id)}`,
  };
  return { kind: 'confirm', change };
}

const ADMIN_KEYS: Readonly<Record<string, string>> = { d: 'drain', m: 'maintenance', r: 'ready' };

function ofPools(model: Model, key: string): Step | null {
  const admin = Object.hasOwn(ADMIN_KEYS, key) ? ADMIN_KEYS[key] : undefined;
  if (admin === undefined) return null;
  const rows = backendRows(model.status?.json);
  const row =
    rows[
      placeOf(
        rows.map((one) => one.key),
        model.backend,
      ) ?? -1
    ];
  if (row === undefined) return null;
  const change: Change = {
    what: `${admin} ${text(row.pool, 'name')}/${text(row.backend, 'name')}`,
    method: 'PATCH',
    path: `/v1/pools/${row.key.replace('/', '/backends/')}`,
    body: { admin },
  };
  return ask({ ...model, backend: row.key }, { kind: 'confirm', change });
}

const LISTENER_KEYS: Readonly<Record<string, string>> = { d: 'drain', r: 'resume' };

function ofOverview(model: Model, key: string): Step | null {
  const verb = Object.hasOwn(LISTENER_KEYS, key) ? LISTENER_KEYS[key] : undefined;
  const names = listenerNames(model.status?.json);
  const listener = names[placeOf(names, model.listener) ?? -1];
  if (verb === undefined || listener === undefined) return null;
  const change: Change = {
    what: `${verb} listener ${listener}`,
    method: 'POST',
    path: `/v1/listeners/${encoded(listener)}:${verb}`,
  };
  return ask({ ...model, listener }, { kind: 'confirm', change });
}

function ask(model: Model, prompt: Prompt): Step {
  return [{ ...model, prompt, note: null }, []];
}

function answer(model: Model, prompt: Prompt, key: string): Step {
  const closed: Model = { ...model, prompt: null };
  if (key === 'escape') return [closed, []];
  if (prompt.kind === 'confirm') {
    if (key === 'y' || key === 'Y') return [closed, [{ kind: 'change', change: prompt.change }]];
    return key === 'n' || key === 'N' ? [closed, []] : [model, []];
  }
  if (key === 'return') return filtered(closed, prompt.typed.trim());
  const typed = key === 'ctrl-u' ? '' : typedWith(prompt.typed, key);
  return [{ ...model, note: null, prompt: { kind: 'filter', typed } }, []];
}

function typedWith(typed: string, key: string): string {
  if (key === 'backspace') return [...typed].slice(0, -1).join('');
  return [...key].length === 1 && typed.length < FILTER_CHARS_MAX ? typed + key : typed;
}

/** A filter that is wrong is told, and stays to be mended. */
function filtered(model: Model, filter: string): Step {
  const read = parseFilter(filter);
  if (typeof read !== 'string') return [{ ...model, filter, connection: null, note: null }, LOOK];
  const note = { text: read, isBad: true, until: Number.POSITIVE_INFINITY };
  return [{ ...model, prompt: { kind: 'filter', typed: filter }, note }, []];
}
