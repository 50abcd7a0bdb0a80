import type { BackendPlan, BalancePolicy, HealthPlan, Plan, PoolPlan } from '../../src/core/plan.ts';

export const HEALTH: HealthPlan = { intervalMs: 1000, timeoutMs: 500, rise: 2, fall: 3, probe: 'tcp' };

export interface PoolSketch {
  readonly balance?: BalancePolicy;
  readonly health?: HealthPlan | null;
  readonly backends: readonly Partial<BackendPlan>[];
}

/** A plan of these pools and nothing else; backends listen on 127.0.0.1, port 9000 + row. */
export function planOf(...sketches: readonly PoolSketch[]): Plan {
  const backends: BackendPlan[] = [];
  const pools = sketches.map((sketch, index): PoolPlan => {
    const rows = sketch.backends.map((partial) => {
      const row = backends.length;
      backends.push({
        row,
        pool: index,
        name: `127.0.0.1:${9000 + row}`,
        address: { kind: 'tcp', host: '127.0.0.1', port: 9000 + row },
        weight: 1,
        backup: false,
        connectionsMax: 0,
        ...partial,
      });
      return row;
    });
    return {
      index,
      name: `pool-${index}`,
      balance: sketch.balance ?? 'round_robin',
      backends: rows,
      health: sketch.health === undefined ? HEALTH : sketch.health,
      connect: { timeoutMs: 1000, retries: 2, abortOnFin: false },
    };
  });
  return {
    version: 1,
    listeners: [],
    pools,
    backends,
    socket: { noDelay: true, keepaliveMs: 0 },
    limits: { connections: { value: 100, reason: 'a test' }, descriptors: null },
    workers: { count: 0, reason: 'a test' },
    telemetry: { otlp: null, sample: 0, prometheus: null, accessLog: { to: 'off' } },
    admin: null,
    drainMs: 1000,
  };
}

/** That many backends with nothing special about them. */
export function plain(count: number): Partial<BackendPlan>[] {
  return Array.from({ length: count }, () => ({}));
}
