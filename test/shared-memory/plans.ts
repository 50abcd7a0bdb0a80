import type { ListenerLimits, Plan } from '../../src/core/plan.ts';

/** The part of a plan that admission reads: the process's limit, and the limits of its listeners. */
export function planOf(process: number, ...listeners: readonly Partial<ListenerLimits>[]): Plan {
  const plan = {
    limits: { connections: { value: process, reason: 'test' }, descriptors: null },
    listeners: listeners.map((limits, index) => ({
      index,
      limits: {
        connections: 0,
        connectionsPerIp: 0,
        acceptRate: 0,
        onLimit: 'reset',
        waitingMax: 0,
        ...limits,
      },
    })),
  };
  return plan as unknown as Plan;
}
