/** How long one answer of the service may take, in milliseconds. */
export const ANSWER_MS_MAX = 4_000;

/** Bytes of one answer. */
export const ANSWER_BYTES_MAX = 32 * 1024 * 1024;

/** Between two looks where nothing is said, at least and at most. */
export const EVERY_DEFAULT = '1s';
export const EVERY_MS_MIN = 200;
export const EVERY_MS_MAX = 60_000;

/** Of which the overview shows the course. */
export const HISTORY_MS = 60_000;

/** Measurements that are kept of it. */
export const HISTORY_POINTS_MAX = 300;

/** Rows of a list of connections that are asked for; more where words of the filter are looked for in them. */
export const ROWS_MAX = 200;
export const ROWS_SEARCHED_MAX = 1_000;

/** Events that are kept; older ones are forgotten. */
export const EVENTS_KEPT_MAX = 500;

/** Characters of one message of the stream of events; a longer one ends the stream, which begins again. */
export const EVENT_CHARS_MAX = 1024 * 1024;

/** How long the stream of events may be silent: the service says every 5 s that it lives. */
export const EVENTS_SILENT_MS_MAX = 15_000;

/** How long it takes to the next try where the stream of events has ended. */
export const EVENTS_RETRY_MS = 2_000;

/** Events of so long are drawn together. */
export const EVENTS_DRAW_MS = 100;

/** How long what became of a change is shown. */
export const NOTE_MS = 6_000;

/** Characters of a filter. */
export const FILTER_CHARS_MAX = 200;

/** Changes that wait for their turn; a key that asks for more is not heeded, and told so. */
export const WRITES_WAITING_MAX = 4;

/** Rows and columns of a terminal that are used. */
export const SCREEN_ROWS_MAX = 500;
export const SCREEN_COLUMNS_MAX = 1_000;

/** Size that is taken where the terminal, or what stands in its place, does not say one. */
export const ROWS_DEFAULT = 24;
export const COLUMNS_DEFAULT = 100;

/** A clock of the service that is off by less is taken for right: its answers tell whole seconds. */
export const CLOCK_OFF_MS_MIN = 2_000;
