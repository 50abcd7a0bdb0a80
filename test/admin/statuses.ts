import { STATES, type StateName } from '../../src/core/state.ts';
import type { ServiceStatus, StatusSource } from '../../src/core/status.ts';

/** A service as it stands in a phase, with one listener and one pool. */
export function statusIn(phase: ServiceStatus['phase']): ServiceStatus {
  const connections = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<StateName, number>;
  return {
    phase,
    started: 1_700_000_000_000,
    at: 1_700_000_060_000,
    connections: 3,
    planVersion: 2,
    shards: [
      {
        number: 0,
        generation: 1,
        plane: 'net',
        state: 'running',
        planVersion: 2,
        connections: 3,
        factsDropped: 0,
      },
    ],
    listeners: [
      {
        name: 'edge',
        state: 'accepting',
        retired: false,
        address: '127.0.0.1:8080',
        plane: 'net',
        connections: { ...connections, streaming: 3 },
        accepted: 10,
        closed: { 'client-fin': 7 },
        bytesUp: 100,
        bytesDown: 200,
      },
    ],
    pools: [
      {
        name: 'web',
        balance: 'round_robin',
        waiting: 0,
        backends: [
          {
            name: 'one',
            address: '127.0.0.1:9001',
            health: 'healthy',
            circuit: 'closed',
            ejectionLeftMs: 0,
            weight: 1,
            configuredWeight: 1,
            override: null,
            active: 3,
            connecting: 0,
          },
        ],
      },
    ],
    factsDropped: 0,
  };
}

export function sourceIn(phase: ServiceStatus['phase']): StatusSource {
  return {
    connection: async () => null,
    list: async () => ({ rows: [], keys: [], matched: 0 }),
    kill: async () => 0,
    override: () => null,
    drainListener: async () => null,
    history: () => null,
    counts: () => ({ shard: { states: { running: { live: 1, entered: null } }, transitions: null } }),
    listenerCounts: (listener) =>
      listener === 'web' ? { states: { streaming: { live: 2, entered: 9 } }, transitions: [] } : null,
    events: () => ({ kept: [], missed: 0, leave: () => {} }),
    inspect: async () => ({ none: 'no test inspects here' }),
    configText: () => 'listeners: []\n',
    validate: () => [],
    drain: () => {},
    stages: {
      list: async () => [],
      put: async () => 'added',
      remove: async () => false,
      replace: async () => {},
      read: () => ({ kind: 'pass_through' }),
    },
    captures: {
      start: () => Promise.reject(new Error('no test captures here')),
      list: () => [],
      get: () => null,
      stop: () => false,
      read: () => {
        throw new Error('no test captures here');
      },
    },
    status: () => statusIn(phase),
  };
}
