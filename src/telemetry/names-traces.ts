import type { MetricMeta } from './names.ts';

/** Of the traces that are added to those of the share, and of connections that stay open. */
export const TRACE_METRICS = {
  tracesAdded: {
    name: 'sluice.traces.added',
    kind: 'counter',
    unit: '{trace}',
    description: 'Traces of connections that were not sampled, added by a rule: failed, slow, match.',
    labels: ['rule'],
  },
  tracesCapped: {
    name: 'sluice.traces.capped',
    kind: 'counter',
    unit: '{trace}',
    description: 'Traces that a rule would have added beyond the cap per second.',
    labels: [],
  },
  heartbeatsSkipped: {
    name: 'sluice.heartbeats.skipped',
    kind: 'counter',
    unit: '{span}',
    description: 'Partial spans of open connections that were due and not made, because too many were.',
    labels: [],
  },
} as const satisfies Record<string, MetricMeta>;
