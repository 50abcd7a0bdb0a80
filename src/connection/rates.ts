import type { Connection } from './connection.ts';

/** How old a measurement is at least when the next one takes its place, in milliseconds. */
export const RATE_MS_MIN = 500;

/** Bytes a second. */
export interface Rates {
  readonly up: number;
  readonly down: number;
}

interface Measured extends Rates {
  /** Wall time in milliseconds since 1970. */
  readonly at: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** What was measured last of each connection that somebody looked at; nothing is kept of those nobody asks for. */
const measured = new WeakMap<Connection, Measured>();

/**
 * How fast bytes of a connection have passed since it was looked at last, RATE_MS_MIN ago or more; since its accept the first
 * time. Within RATE_MS_MIN the answer stays the same, so that the pages of one list fit together.
 */
export function ratesOf(connection: Connection, now: number): Rates {
  const { relay } = connection;
  if (relay === null) return NONE;
  const before = measured.get(connection) ?? { at: connection.openedAt, bytesUp: 0, bytesDown: 0 };
  const ms = now - before.at;
  if ('up' in before && ms < RATE_MS_MIN) return before;
  const { bytesUp, bytesDown } = relay;
  const perSecond = (bytes: number): number => Math.round((bytes * 1000) / Math.max(1, ms));
  const next: Measured = {
    at: now,
    bytesUp,
    bytesDown,
    up: perSecond(bytesUp - before.bytesUp),
    down: perSecond(bytesDown - before.bytesDown),
  };
  measured.set(connection, next);
  return next;
}

const NONE: Rates = { up: 0, down: 0 };
