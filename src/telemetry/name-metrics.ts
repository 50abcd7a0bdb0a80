import type { HrTime } from '@opentelemetry/api';
import type { NameStatus } from '../core/names.ts';
import { METRICS } from './names.ts';
import type { Reading } from './reading.ts';

const SECOND_MS = 1000;

/** How the names of backends stand at `now`, in milliseconds since 1970. */
export function readNames(names: readonly NameStatus[], now: number, since: HrTime): readonly Reading[] {
  const labelled = names.map((status) => ({ status, labels: { name: status.name, kind: status.kind } }));
  return [
    {
      metric: METRICS.nameAge,
      points: labelled.flatMap(({ labels, status: { confirmed } }) =>
        confirmed === null
          ? []
          : [{ labels, since, value: Math.floor(Math.max(0, now - confirmed) / SECOND_MS) }],
      ),
    },
    {
      metric: METRICS.nameValues,
      points: labelled.map(({ labels, status }) => ({ labels, since, value: status.values.length })),
    },
    {
      metric: METRICS.nameFailures,
      points: labelled.map(({ labels, status }) => ({ labels, since, value: status.failures })),
    },
  ];
}
