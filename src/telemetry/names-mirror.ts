import type { MetricMeta } from './names.ts';

/** What is counted of mirrors; a part of `METRICS`. Mirrors that failed are in `sluice.stage.failures`. */
export const MIRROR_METRICS = {
  mirrorConnections: {
    name: 'sluice.mirror.connections',
    kind: 'gauge',
    unit: '{connection}',
    description:
      'Connections to mirrors now, those being dialed and those that outlive their own for a while included.',
    labels: ['listener'],
  },
  mirrorBytes: {
    name: 'sluice.mirror.bytes',
    kind: 'counter',
    unit: 'By',
    description: 'Bytes accepted by the sockets of mirrors.',
    labels: ['listener'],
  },
  mirrorDropped: {
    name: 'sluice.mirror.dropped',
    kind: 'counter',
    unit: 'By',
    description: 'Bytes that a mirror was to get and did not: it failed, or there was no room for them.',
    labels: ['listener'],
  },
  mirrorWaiting: {
    name: 'sluice.mirror.waiting',
    kind: 'gauge',
    unit: 'By',
    description: 'Bytes held for mirrors now: how far they are behind.',
    labels: ['listener'],
  },
  mirrorDifferences: {
    name: 'sluice.mirror.differences',
    kind: 'counter',
    unit: '{difference}',
    description:
      'Connections on which a mirror answered otherwise than the backend, one for each mirror (`diff`).',
    labels: ['listener'],
  },
} as const satisfies Record<string, MetricMeta>;
