import type { Address } from '../core/address.ts';
import type { ListenerPlan } from '../core/plan.ts';

/** What decides who accepts. */
export interface Acceptors {
  /** Worker threads, one shard each; 0 = one shard on the main thread. */
  readonly workers: number;
  /** Why shards cannot share a port; null = they can. */
  readonly apart: string | null;
}

/** Which shards accept the clients of the listener with this index, and why. Pure. */
export function chooseAcceptor(listen: Address, index: number, acceptors: Acceptors): ListenerPlan['accept'] {
  const { workers, apart } = acceptors;
  if (workers === 0) return { shards: 0, reason: 'the one shard is on the main thread' };
  if (listen.kind === 'unix') return { shards: index % workers, reason: 'a Unix path has one shard' };
  if (apart !== null) return { shards: index % workers, reason: apart };
  return { shards: 'every', reason: 'the shards share the port, and the system spreads clients over them' };
}
