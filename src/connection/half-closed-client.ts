import type { Connection } from './connection.ts';

/** Entry: the backend goes on under its own deadline. A connection may come here straight from dialing. */
export function watchBackend(connection: Connection): void {
  connection.deadlines.watchIdle();
  connection.deadlines.watchHalfClosed();
}
