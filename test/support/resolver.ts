import type { ResolverPlan } from '../../src/core/names.ts';

/** A resolver as a configuration without one has it. */
export const PLAIN_RESOLVER: ResolverPlan = {
  servers: null,
  timeoutMs: 2000,
  attempts: 2,
  ttlMsMin: 1000,
  ttlMsMax: 3_600_000,
  negativeTtlMs: 10_000,
};
