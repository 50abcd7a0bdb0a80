import { connectionMachine } from '../machines/index.ts';
import { CountersLayout } from './core/counters.ts';
import { LISTENERS_MAX } from './core/plan.ts';
import { UPSTREAM_ROWS_MAX } from './core/upstream-table.ts';
import { transitionsOf } from './machine-engine/index.ts';

/** What connections can do, in the order in which it is counted. */
export const CONNECTION_TRANSITIONS = transitionsOf(connectionMachine);

/** The layout of every shard's counters: room for all that a reload can bring. Memory that is not touched costs nothing. */
export const COUNTERS = new CountersLayout({
  listeners: LISTENERS_MAX,
  backends: UPSTREAM_ROWS_MAX,
  transitions: CONNECTION_TRANSITIONS.length,
});
