import type { MetricMeta } from './names.ts';

/** Of the names of backends. */
export const NAME_METRICS = {
  nameAge: {
    name: 'sluice.name.age',
    kind: 'gauge',
    unit: 's',
    description:
      'Time since a name of backends was last resolved, by what was asked for (address, service); no series where it never was.',
    labels: ['name', 'kind'],
  },
  nameValues: {
    name: 'sluice.name.values',
    kind: 'gauge',
    unit: '1',
    description:
      'Addresses, or servers of a service, that a name stands for now; they stay while it cannot be resolved.',
    labels: ['name', 'kind'],
  },
  nameFailures: {
    name: 'sluice.name.failures',
    kind: 'counter',
    unit: '{failure}',
    description: 'Times a name of backends could not be resolved.',
    labels: ['name', 'kind'],
  },
} as const satisfies Record<string, MetricMeta>;
