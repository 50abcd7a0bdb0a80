import type { Connection } from './connection.ts';

/** Entry: the client goes on under its own deadline. */
export function watchClient(connection: Connection): void {
  connection.deadlines.watchHalfClosed();
}
