import type { PoolPlan } from '../core/plan.ts';
import type { Config } from './schema.ts';
import { queue as queueSchema } from './schema-queue.ts';

type PoolConfig = Config['pools'][string];

/** How many connections a pool takes, what becomes of the others, which backend a client comes back to, and what is made ready for it. */
export function compilePlaces(
  pool: PoolConfig,
): Pick<PoolPlan, 'connectionsMax' | 'queue' | 'onFull' | 'sticky' | 'preconnect'> {
  const { max_connections = 0, on_full, sticky, preconnect } = pool;
  const queue = pool.queue ?? (on_full === 'wait' ? queueSchema.parse({}) : null);
  return {
    connectionsMax: max_connections,
    queue: queue === null ? null : { waitingMax: queue.max, timeoutMs: queue.timeout },
    onFull: on_full === 'close' ? 'close' : 'reset',
    sticky:
      sticky === undefined
        ? null
        : { on: sticky.on, tlv: sticky.tlv ?? 0, expiryMs: sticky.expiry, clientsMax: sticky.max },
    preconnect:
      preconnect === undefined
        ? null
        : {
            idleMin: preconnect.min_idle,
            idleMax: preconnect.max_idle,
            ageMs: preconnect.max_age,
            serverFirst: preconnect.server_first,
          },
  };
}
