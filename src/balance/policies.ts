import type { BalancePolicy } from '../core/plan.ts';
import type { Policy } from './candidate.ts';
import { ipHash } from './ip-hash.ts';
import { leastConnections } from './least-connections.ts';
import { roundRobin } from './round-robin.ts';
import { weightedRoundRobin } from './weighted-round-robin.ts';

/** Every policy a pool may name in `balance`. */
export const POLICIES = {
  round_robin: roundRobin,
  weighted_round_robin: weightedRoundRobin,
  least_connections: leastConnections,
  ip_hash: ipHash,
} as const satisfies Record<BalancePolicy, Policy>;
