/** Kinds of events that can be watched; those of facts. `entered` is told only while somebody watches for it. */
export const EVENT_KINDS = [
  'opened',
  'entered',
  'closed',
  'limit',
  'health',
  'agent',
  'ejection',
  'preconnect',
  'error',
  'stage',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** A fact as people and programs read it: names for indexes. Plain data. */
export interface AdminEvent {
  /** Grows by one with each event that is made, and is greater than any of a process that was started before. */
  readonly id: number;
  readonly kind: EventKind;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Twelve hex digits; null where it belongs to none, as do the names. */
  readonly connection: string | null;
  readonly listener: string | null;
  readonly pool: string | null;
  readonly backend: string | null;
  /** What else is to be told of this kind. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Newest events that are kept for clients that come back. */
export const EVENTS_KEPT_MAX = 4_096;
/** How long events go on to be made and kept after the last client has left. */
export const EVENTS_KEPT_MS = 60_000;

/** Somebody who watches events. */
export interface EventsWatch {
  /** What came after the event that it has seen last and is still kept, the oldest first. */
  readonly kept: readonly AdminEvent[];
  /** Of those that are kept no more, of whatever kind; 0 = none. null = nobody knows how many. */
  readonly missed: number | null;
  /** Ends the watch; a second call does nothing. */
  leave(): void;
}
