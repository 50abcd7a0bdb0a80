/**
 * Sluice as a library:
 *
 *     import { proxy } from 'sluice';
 *     const running = await proxy('127.0.0.1:0', ['127.0.0.1:9000']);
 *     console.log(running.listeners);
 *     await running.drain(null);
 *
 * `parseConfig` and `startService` do the same for a whole config; `sluice/machines` has the charts.
 */
import { quickConfig } from './config/index.ts';
import { type Service, startService } from './service.ts';

export { describePlan, loadConfig, parseConfig, quickConfig } from './config/index.ts';
export { CLOSE_REASONS, type CloseReason } from './core/close-reason.ts';
export { ERRORS, type ErrorCode, SluiceError } from './core/errors.ts';
export type { Plan } from './core/plan.ts';
export type { ServiceStatus } from './core/status.ts';
export { type Service, type ServiceOptions, startService } from './service.ts';

/**
 * Runs a proxy from `listen` to `backends`, as `sluice LISTEN BACKEND …` does; resolves when it is ready. `flags` are
 * those of the command line. Rejects with a SluiceError where a text is wrong or the address cannot be bound.
 */
export async function proxy(
  listen: string,
  backends: readonly string[],
  flags: Parameters<typeof quickConfig>[2] = {},
): Promise<Service> {
  return startService(quickConfig(listen, backends, flags).plan);
}
