import type { ShardFailure } from '../core/watcher.ts';

/** Outcomes of `sluice.connection.duration`: a clean end, else the one who ended it. */
export const OUTCOMES = ['clean', 'client', 'backend', 'proxy'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Results of `sluice.dial.duration`. */
export const DIAL_RESULTS = ['connected', 'failed', 'cancelled'] as const;
export type DialResult = (typeof DIAL_RESULTS)[number];

/** States of `sluice.backend.connections`. */
export const BACKEND_CONNECTION_STATES = ['active', 'connecting'] as const;

/** States of `sluice.shards`. */
export const SHARD_STATES = ['running', 'failed'] as const;

/** Causes of `sluice.shard.restarts`. */
export const SHARD_FAILURES = ['threw', 'exited', 'hung'] as const satisfies readonly ShardFailure[];

/** Results of `sluice.reloads`. */
export const RELOAD_RESULTS = ['ok', 'failed'] as const;
