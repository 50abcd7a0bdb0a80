import type { ConnectionId } from './connection-id.ts';
import type { StateName } from './state.ts';

/** How a live connection stands, in a few numbers: cheap enough to ask for many at once. */
export interface ConnectionPulse {
  readonly connection: ConnectionId;
  readonly state: StateName;
  /** Since when it is in this state: wall time in milliseconds since 1970. */
  readonly since: number;
  /** Name of the route, null where none was found yet. */
  readonly route: string | null;
  /** Index into `Plan.pools`, -1 where none was chosen yet. */
  readonly pool: number;
  /** Row in `Plan.backends`, -1 where none is connected. */
  readonly backend: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** What asking for a pulse comes to: `gone`, where its shard has no such connection; `unknown`, where the shard is silent. */
export type PulseAnswer = ConnectionPulse | 'gone' | 'unknown';

/** Connections asked for at once: a shard answers for so many in well under a millisecond. */
export const PULSES_MAX = 512;
