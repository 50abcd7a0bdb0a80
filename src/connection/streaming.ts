import type { Connection } from './connection.ts';

/** Entry: from here on silence counts. */
export function stream(connection: Connection): void {
  connection.deadlines.watchIdle();
}
