import type { Plan } from './core/plan.ts';
import type { StartWatcher } from './core/watcher.ts';
import type { Service, ServiceOptions } from './running.ts';
import { RunningService } from './running-service.ts';

export type { Service, ServiceOptions } from './running.ts';

/** Who watches a service. Everything else runs the same with this list empty. */
const WATCHERS: StartWatcher[] = [];
WATCHERS.push((await import('./telemetry/index.ts')).start);

/**
 * Runs a plan. Resolves when all listeners are bound and the first round of probes is over. Rejects with a SluiceError
 * (LISTEN_FAILED, ADMIN_FAILED, METRICS_FAILED, SHARD_FAILED), and then nothing is left running.
 */
export async function startService(plan: Plan, options: ServiceOptions = {}): Promise<Service> {
  const service = new RunningService(plan, options, WATCHERS);
  try {
    await service.start();
  } catch (error) {
    await service.abandon();
    throw error;
  }
  return service;
}
