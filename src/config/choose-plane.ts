import type { Address } from '../core/address.ts';
import type { ListenerPlan, PlaneChoice } from '../core/plan.ts';
import type { Environment } from './environment.ts';

/** Which plane serves a listener, and why, in words for `sluice check`. It is the same for all listeners. Pure. */
export function choosePlane(
  listen: Address,
  environment: Environment,
  wanted: PlaneChoice,
  workers: number | 'auto',
): ListenerPlan['plane'] {
  const what = listen.kind === 'unix' ? 'Unix sockets' : 'TCP';
  const { nodeVersion, platform, linuxPlane } = environment;
  const against = whyNotLinux(environment, wanted, workers);
  return against === null
    ? { name: 'linux', reason: `epoll serves ${what}, through ${linuxPlane.why}` }
    : { name: 'net', reason: `node:net of Node ${nodeVersion} serves ${what} on ${platform}; ${against}` };
}

/** Why the plane is not `linux` but `net`; null = it is `linux`. `workers` is the number of threads, 0 for none. */
export function whyNotLinux(
  { linuxPlane }: Environment,
  wanted: PlaneChoice,
  workers: number | 'auto',
): string | null {
  if (wanted === 'net') return 'as configured';
  if (!linuxPlane.usable) return `the linux plane cannot be used: ${linuxPlane.why}`;
  if (workers === 0)
    return 'the linux plane cannot be used with "workers: 0": its shard would stop the main thread by waiting in epoll';
  return null;
}
