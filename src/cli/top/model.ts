import type { ConnectionSort } from '../../core/connection-query.ts';
import type { Json } from './json.ts';
import type { Sample } from './samples.ts';

/** The views by the key that shows them, in the order of their tabs. */
export const TABS = ['overview', 'connections', 'pools', 'chart', 'events'] as const;

export type Tab = (typeof TABS)[number];

/** `connection`: the page of one, opened out of the list. */
export type View = Tab | 'connection';

/** A change of the service: a request, and what it is in words, such as `drain web/a`. */
export interface Change {
  readonly what: string;
  readonly method: 'DELETE' | 'PATCH' | 'POST';
  readonly path: string;
  readonly body?: Json;
}

/** What is being asked for on the last line but one. */
export type Prompt =
  | { readonly kind: 'confirm'; readonly change: Change }
  | { readonly kind: 'filter'; readonly typed: string };

/** What was answered, and when. */
export interface Counts {
  /** By a clock that only grows, in milliseconds. */
  readonly at: number;
  readonly json: Json;
}

/** One connection's page. */
export interface Opened {
  readonly id: string;
  /** As it was seen last; null = not yet. */
  readonly json: Json;
  /** When that was, milliseconds since 1970 by the clock of the service. */
  readonly seen: number;
  readonly isOver: boolean;
  /** Its close reason; null = it lives, or nobody has said. */
  readonly reason: string | null;
}

/** A message of a stream of events. */
export interface Told {
  readonly kind: string;
  readonly json: Json;
}

/** All that a frame is made of. Plain data. */
export interface Model {
  /** The admin address as it was given. */
  readonly where: string;
  /** Milliseconds between two looks. */
  readonly everyMs: number;
  readonly view: View;
  /** Lines that a view without a selection is scrolled by. */
  readonly scroll: number;
  readonly rows: number;
  readonly columns: number;
  /** By the clock that only grows. */
  readonly now: number;
  /** The same as milliseconds since 1970, by the clock of the service. */
  readonly wallNow: number;
  /** By how much that is ahead of the clock of this machine, in milliseconds. */
  readonly clockOffMs: number;
  /** What `/v1/status` said last, and when; null = nothing yet. */
  readonly status: Counts | null;
  readonly samples: readonly Sample[];
  readonly sort: ConnectionSort;
  readonly descending: boolean;
  /** As it was typed; empty = all. */
  readonly filter: string;
  /** Rows that the list shows, and how many there are in all. */
  readonly connections: { readonly rows: readonly Json[]; readonly matched: number } | null;
  /** Id of the connection that is selected; null = the first. */
  readonly connection: string | null;
  readonly opened: Opened | null;
  /** Name of the listener that is selected; null = the first. */
  readonly listener: string | null;
  /** `pool/backend`, percent-encoded; null = the first. */
  readonly backend: string | null;
  /** What the chart's counts were last, and before. */
  readonly counts: Counts | null;
  readonly countsBefore: Counts | null;
  /** The newest last. */
  readonly events: readonly Told[];
  /** Where the stream of events stands. */
  readonly stream: 'off' | 'open' | 'lost';
  readonly prompt: Prompt | null;
  /** What became of the last change. */
  readonly note: { readonly text: string; readonly isBad: boolean; readonly until: number } | null;
  /** Why there is no answer, and since when; null = there is one. */
  readonly trouble: { readonly text: string; readonly since: number } | null;
  /** Nobody looks any more until a key says so. */
  readonly isFrozen: boolean;
}

/** What is to be done besides showing the model. */
export type Effect =
  | { readonly kind: 'look' }
  | { readonly kind: 'change'; readonly change: Change }
  | { readonly kind: 'redraw' }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'quit' };

export function startingModel(
  where: string,
  everyMs: number,
  view: Tab,
  rows: number,
  columns: number,
): Model {
  return {
    ...{ where, everyMs, rows, columns, view, scroll: 0, now: 0, wallNow: 0, clockOffMs: 0 },
    ...{ status: null, samples: [], sort: 'rate', descending: true, filter: '' },
    ...{
      connections: null,
      connection: null,
      opened: null,
      listener: null,
      backend: null,
      counts: null,
      countsBefore: null,
    },
    ...{ events: [], stream: 'off', prompt: null, note: null, trouble: null, isFrozen: false },
  };
}
