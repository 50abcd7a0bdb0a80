import type { Address } from '../core/address.ts';
import type { PlaneName } from '../core/plan.ts';
import type { Environment } from './environment.ts';

/** Which plane serves a listener, and why, in words for `sluice check`. Pure. */
export function choosePlane(
  listen: Address,
  environment: Environment,
): { readonly name: PlaneName; readonly reason: string } {
  const what = listen.kind === 'unix' ? 'Unix sockets' : 'TCP';
  const { nodeVersion, platform } = environment;
  return {
    name: 'net',
    reason: `node:net of Node ${nodeVersion} serves ${what} on ${platform}; this version has no other plane`,
  };
}
