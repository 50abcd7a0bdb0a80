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
  /** Grows by one with each event of the process that somebody watched. */
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
