import { z } from 'zod';
import { ADMIN_STATES } from '../../core/backend-override.ts';
import { CIRCUIT_STATES } from '../../core/circuits.ts';
import { STATES } from '../../core/state.ts';
import {
  type BackendStatus,
  LISTENER_STATES,
  type ListenerStatus,
  type PoolStatus,
  type ServiceStatus,
  type ShardStatus,
} from '../../core/status.ts';

const count = () => z.int().min(0);

const shardStatus = (): z.ZodType<ShardStatus> =>
  z.strictObject({
    number: count(),
    generation: count().describe('Times it was started again.'),
    plane: z.string(),
    state: z.string().describe("As the chart of the shard's supervisor calls it."),
    planVersion: count(),
    connections: count(),
    factsDropped: count(),
  });

export const listenerStatus = (): z.ZodType<ListenerStatus> =>
  z.strictObject({
    name: z.string(),
    state: z
      .enum(LISTENER_STATES)
      .describe('`draining`: takes nobody, its connections live on. `drained`: and has none any more.'),
    retired: z.boolean().describe('A reload has taken it away; its last connections are let finish.'),
    address: z.string().describe('Where it is bound.'),
    plane: z.string(),
    connections: z.record(z.enum(STATES), count()).describe('Connections by state, now.'),
    accepted: count(),
    closed: z
      .record(z.string(), count())
      .describe('Connections ended, by reason; reasons that never occurred are left out.'),
    bytesUp: count(),
    bytesDown: count(),
  });

export const backendStatus = (): z.ZodType<BackendStatus> =>
  z.strictObject({
    name: z.string(),
    address: z.string(),
    health: z.enum(['unknown', 'healthy', 'unhealthy']),
    circuit: z.enum(CIRCUIT_STATES).describe('`open`: ejected. `half-open`: on trial.'),
    ejectionLeftMs: z.number().min(0).describe('How much longer it is ejected for.'),
    weight: count().describe(
      'By which it is picked, after all that was said at run time; 0 = no new connections.',
    ),
    configuredWeight: count(),
    override: z
      .strictObject({
        weight: count().nullable().describe('null = that of the configuration.'),
        admin: z.enum(ADMIN_STATES),
        at: z.number().describe('When it was said, milliseconds since 1970.'),
        by: z.string().describe('Who said it.'),
      })
      .nullable()
      .describe('What holds in the place of the configuration; null = nothing.'),
    active: count(),
    connecting: count(),
  });

export const poolStatus = (): z.ZodType<PoolStatus> =>
  z.strictObject({
    name: z.string(),
    balance: z.string(),
    waiting: count().describe('Connections that wait for a place at one of its backends.'),
    backends: z.array(backendStatus()),
  });

export const serviceStatus = (): z.ZodType<ServiceStatus> =>
  z.strictObject({
    phase: z.enum(['starting', 'ready', 'draining', 'stopped']),
    started: z.number().describe('Milliseconds since 1970.'),
    at: z.number().describe('When it stood so, by the clock of the service; milliseconds since 1970.'),
    connections: count().describe('Live connections, in all.'),
    planVersion: count().describe('Grows with each reload.'),
    shards: z.array(shardStatus()),
    listeners: z.array(listenerStatus()),
    pools: z.array(poolStatus()),
    factsDropped: count().describe('Facts dropped because telemetry did not keep up.'),
  });
