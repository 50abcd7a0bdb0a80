import type { MetricMeta } from './names.ts';

/** Of connections made ahead to the backends of pools with `preconnect`; part of `METRICS`. */
export const PRECONNECT_METRICS = {
  preconnectIdle: {
    name: 'sluice.preconnect.idle',
    kind: 'gauge',
    unit: '{connection}',
    description: 'Connections to a backend that were made ahead and stand ready now.',
    labels: ['pool', 'backend'],
  },
  preconnectHits: {
    name: 'sluice.preconnect.hits',
    kind: 'counter',
    unit: '{connection}',
    description: 'Connections that got their backend without a dial, since one made ahead stood ready.',
    labels: ['pool', 'backend'],
  },
  preconnectMisses: {
    name: 'sluice.preconnect.misses',
    kind: 'counter',
    unit: '{connection}',
    description: 'Dials to a backend of a pool with preconnect for which none made ahead stood ready.',
    labels: ['pool', 'backend'],
  },
  preconnectFailures: {
    name: 'sluice.preconnect.failures',
    kind: 'counter',
    unit: '{attempt}',
    description:
      'Attempts to connect ahead that failed. They count nowhere else, since no client was concerned.',
    labels: ['pool', 'backend'],
  },
  preconnectDiscarded: {
    name: 'sluice.preconnect.discarded',
    kind: 'counter',
    unit: '{connection}',
    description: 'Connections made ahead that were closed unused, by cause.',
    labels: ['pool', 'backend', 'cause'],
  },
  preconnectSaved: {
    name: 'sluice.preconnect.saved',
    kind: 'counter',
    unit: 's',
    description:
      'Time that clients did not wait for a connect: what those that they got had taken to be made.',
    labels: ['pool', 'backend'],
  },
} as const satisfies Record<string, MetricMeta>;
