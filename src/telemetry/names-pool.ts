import type { MetricMeta } from './names.ts';

/** Of pools as a whole; part of `METRICS`. */
export const POOL_METRICS = {
  poolQueueLength: {
    name: 'sluice.pool.queue.length',
    kind: 'gauge',
    unit: '{connection}',
    description: 'Connections that wait for a place at a backend of the pool now.',
    labels: ['pool'],
  },
  poolQueueFull: {
    name: 'sluice.pool.queue.full',
    kind: 'counter',
    unit: '{connection}',
    description: 'Connections turned away because the queue of the pool was full.',
    labels: ['pool'],
  },
  poolQueueDuration: {
    name: 'sluice.pool.queue.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Time that connections have waited for a place at a backend of the pool; of those that did.',
    labels: ['pool'],
  },
  stickyEvictions: {
    name: 'sluice.sticky.evictions',
    kind: 'counter',
    unit: '{client}',
    description: 'Clients of a sticky pool that were forgotten before their time, for others.',
    labels: ['pool'],
  },
} as const satisfies Record<string, MetricMeta>;
