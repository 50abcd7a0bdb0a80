import type { HrTime } from '@opentelemetry/api';
import type { Plan } from '../core/plan.ts';
import { METRICS } from './names.ts';
import type { Reading } from './reading.ts';

/** The name of a certificate that is for no server name. */
const NAMELESS = 'default';

/**
 * When certificates of listeners expire, by the first name of each; where several have it, the earliest. Those of retired
 * listeners are left out.
 */
export function readCertificates(plan: Plan, since: HrTime): Reading {
  const points = plan.listeners
    .filter(({ retired }) => !retired)
    .flatMap(({ name: listener, tls }) => {
      const earliest = new Map<string, number>();
      for (const { names, notAfter } of tls?.certificates ?? []) {
        const name = names[0] ?? NAMELESS;
        earliest.set(name, Math.min(notAfter, earliest.get(name) ?? notAfter));
      }
      return [...earliest].map(([name, notAfter]) => ({
        labels: { listener, name },
        since,
        value: Math.floor(notAfter / 1000),
      }));
    });
  return { metric: METRICS.certificateExpiry, points };
}
