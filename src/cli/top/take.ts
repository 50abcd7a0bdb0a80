import { type Filter, hasWords, parseFilter } from './filter.ts';
import { field, type Json, list, number, text } from './json.ts';
import { EVENTS_KEPT_MAX, NOTE_MS, ROWS_MAX, ROWS_SEARCHED_MAX } from './limits.ts';
import type { Model, Told } from './model.ts';
import { sampleOf, withSample } from './samples.ts';
import { connectionIds, encoded, kept } from './selection.ts';

/** What is asked of the service. */
export type Question = 'status' | 'connections' | 'connection' | 'counts';

export interface Asked {
  readonly question: Question;
  readonly path: string;
}

/** What it said. */
export interface Answered {
  readonly status: number;
  /** Undefined where it was no JSON. */
  readonly json: Json;
}

/** Asked first whatever is shown: the head of every frame is made of it. */
export const STATUS: Asked = { question: 'status', path: '/v1/status' };

/** What has to be asked besides for what a model shows; null: nothing. */
export function questionOf(model: Model): Asked | null {
  switch (model.view) {
    case 'connections':
      return { question: 'connections', path: listPath(model) };
    case 'connection':
      return model.opened === null || model.opened.isOver
        ? null
        : { question: 'connection', path: `/v1/connections/${encoded(model.opened.id)}` };
    case 'chart':
      return { question: 'counts', path: '/v1/machines/connection/counts' };
    case 'overview':
    case 'pools':
    case 'events':
      return null;
  }
}

function listPath({ filter, sort, descending }: Model): string {
  const read = parseFilter(filter);
  const { query, words }: Filter = typeof read === 'string' ? { query: [], words: [] } : read;
  const fields = new URLSearchParams();
  for (const [key, value] of query) fields.append(key, value);
  fields.set('sort', `${descending ? '-' : ''}${sort}`);
  fields.set('limit', `${words.length > 0 ? ROWS_SEARCHED_MAX : ROWS_MAX}`);
  return `/v1/connections?${fields}`;
}

/** The model with an answer to `asked`. A view that has been left meanwhile takes none. */
export function take(model: Model, asked: Asked, { status, json }: Answered): Model {
  if (asked.question === 'connection' && status === 404) return withoutConnection(model, asked);
  if (status !== 200) return withTrouble(model, refusal(status, json));
  switch (asked.question) {
    case 'status':
      return takeStatus(model, json);
    case 'connections':
      return listPath(model) === asked.path ? takeList(model, json) : model;
    case 'connection':
      return isOpened(model, asked) && model.opened !== null
        ? { ...model, opened: { ...model.opened, json, seen: model.wallNow } }
        : model;
    case 'counts':
      return { ...model, counts: { at: model.now, json }, countsBefore: model.counts };
  }
}

/** What a service says of a refusal (RFC 9457), with its status. */
export function refusal(status: number, json: Json): string {
  const detail = text(json, 'detail');
  const hint = status === 401 || status === 403 ? ' (see --token-env)' : '';
  return `the service answers ${status}${detail === '' ? '' : `: ${detail}`}${hint}`;
}

/** The model with what keeps it from being up to date. */
export function withTrouble(model: Model, told: string): Model {
  return { ...model, trouble: { text: told, since: model.trouble?.since ?? model.now } };
}

export function withNote(model: Model, told: string, isBad: boolean): Model {
  return { ...model, note: { text: told, isBad, until: model.now + NOTE_MS } };
}

/** The streams of events that a model wants, by their paths; null: none. */
export interface Streams {
  /** For the view of events. */
  readonly all: string | null;
  /** For the close reason of the connection that is opened. */
  readonly end: string | null;
}

export function streamsOf({ view, opened, isFrozen }: Model): Streams {
  const isWatched = view === 'connection' && opened !== null && opened.reason === null;
  return {
    all: view === 'events' && !isFrozen ? '/v1/events' : null,
    end: isWatched ? `/v1/events?kind=closed&connection=${encoded(opened.id)}` : null,
  };
}

/** The model with messages of the stream of all events. */
export function takeEvents(model: Model, told: readonly Told[]): Model {
  return { ...model, events: [...model.events, ...told].slice(-EVENTS_KEPT_MAX) };
}

/** The model with the end of a connection, where it is the one that is opened. */
export function takeEnd(model: Model, { kind, json }: Told): Model {
  const { opened } = model;
  if (kind !== 'closed' || opened === null || text(json, 'connection') !== opened.id) return model;
  const data = field(json, 'data');
  const at = number(json, 'at');
  const last = {
    ...(typeof opened.json === 'object' ? opened.json : {}),
    ...{ state: 'closed', since: at, rateUp: 0, rateDown: 0, waitingUp: 0, waitingDown: 0 },
    ...{
      bytesUp: number(data, 'bytesUp'),
      bytesDown: number(data, 'bytesDown'),
      visits: list(data, 'visits'),
    },
  };
  return {
    ...model,
    opened: {
      ...opened,
      json: opened.json === null ? null : last,
      seen: at,
      isOver: true,
      reason: text(data, 'reason'),
    },
  };
}

function takeStatus(before: Model, json: Json): Model {
  if (text(json, 'phase') === '' || !Array.isArray(field(json, 'listeners')))
    return withTrouble(
      before,
      'what answers there is no Sluice: its /v1/status says no phase and no listeners',
    );
  const wasStarted = number(before.status?.json, 'started');
  const isOther = before.status !== null && wasStarted !== number(json, 'started');
  const model = isOther
    ? withNote(
        { ...before, samples: [], counts: null, countsBefore: null },
        'the service was started again',
        false,
      )
    : before;
  const sample = sampleOf(json, model.now);
  const samples = withSample(model.samples, sample);
  return { ...model, status: { at: model.now, json }, samples, trouble: null };
}

function takeList(model: Model, json: Json): Model {
  const read = parseFilter(model.filter);
  const words = typeof read === 'string' ? [] : read.words;
  const rows = list(json, 'connections').filter((row) => hasWords(row, words));
  const after: Model = { ...model, connections: { rows, matched: number(json, 'matched') } };
  return { ...after, connection: kept(connectionIds(model), connectionIds(after), model.connection) };
}

function withoutConnection(model: Model, asked: Asked): Model {
  if (!isOpened(model, asked) || model.opened === null) return model;
  return { ...model, opened: { ...model.opened, isOver: true } };
}

function isOpened(model: Model, asked: Asked): boolean {
  return model.opened !== null && asked.path === `/v1/connections/${encoded(model.opened.id)}`;
}
