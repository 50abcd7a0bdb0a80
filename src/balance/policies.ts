import type { BalancePolicy } from '../core/plan.ts';
import type { Policy } from './candidate.ts';
import { ewma } from './ewma.ts';
import { leastConnections } from './least-connections.ts';
import { maglev } from './maglev.ts';
import { random } from './random.ts';
import { rendezvous } from './rendezvous.ts';
import { twoChoices } from './two-choices.ts';
import { weightedRoundRobin } from './weighted-round-robin.ts';

/** Every policy a pool may name in `balance`. `ip_hash` is `hash` on the source, under the name it has elsewhere. */
export const POLICIES = {
  round_robin: weightedRoundRobin,
  weighted_round_robin: weightedRoundRobin,
  least_connections: leastConnections,
  ip_hash: rendezvous,
  hash: rendezvous,
  maglev,
  random,
  two_choices: twoChoices,
  ewma,
} as const satisfies Record<BalancePolicy, Policy>;

/** Whether a policy goes by what a connection is hashed by. */
export function isKeyed(balance: BalancePolicy): boolean {
  return balance === 'ip_hash' || balance === 'hash' || balance === 'maglev';
}
