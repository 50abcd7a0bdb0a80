import type { ListenerPlan, Plan } from '../core/plan.ts';
import { chooseAcceptor } from './choose-acceptor.ts';

/**
 * Who accepts for each listener, by the shards that `current` has. A listener with one shard keeps it, since that follows
 * from its index and the number of shards, and neither changes. Whether a port can be shared is read from the two plans,
 * of `next` only where it is for the plane of `current`; where neither has a TCP listener that tells, a listener has one
 * shard, which is always possible. The linux plane can always share.
 */
export function settleAcceptors(
  listeners: readonly ListenerPlan[],
  current: Plan,
  next: Plan,
): ListenerPlan[] {
  const acceptors = { workers: current.workers.count, apart: whyApart(current, next) };
  return listeners.map((listener) => {
    const { retired, listen, index } = listener;
    return retired ? listener : { ...listener, accept: chooseAcceptor(listen, index, acceptors) };
  });
}

/** Why shards cannot share a port; null = they can. */
function whyApart(current: Plan, next: Plan): string | null {
  const running = current.groups[0]?.plane;
  if (running === 'linux') return null;
  const known = [next, current]
    .filter(({ workers, groups }) => workers.count > 0 && groups[0]?.plane === running)
    .flatMap((plan) => plan.listeners.filter(({ listen }) => listen.kind === 'tcp'));
  if (known.some(({ accept }) => accept.shards === 'every')) return null;
  return known[0]?.accept.reason ?? 'the running service has shared no port so far, and a restart may do it';
}
