/** `up` is client to backend, `down` is backend to client. */
export type Direction = 'up' | 'down';

/** The two peers of a connection, as Sluice stands between them. */
export type Side = 'client' | 'backend';

export const DIRECTIONS = ['up', 'down'] as const satisfies readonly Direction[];

/** Position of a direction in counters and arrays. */
export const UP = 0;
export const DOWN = 1;
