import { checkAddresses } from './check-addresses.ts';
import { checkAdmin } from './check-admin.ts';
import { checkListeners } from './check-listeners.ts';
import { checkMirrors } from './check-mirrors.ts';
import { checkPools } from './check-pools.ts';
import { checkProtocols } from './check-protocols.ts';
import { checkProxyIn } from './check-proxy.ts';
import { checkResolver } from './check-resolver.ts';
import { checkRoutes } from './check-routes.ts';
import { checkStages } from './check-stages.ts';
import { checkListenerTls } from './check-tls.ts';
import { checkToxiproxy } from './check-toxiproxy.ts';
import { checkTraces } from './check-traces.ts';
import type { Issue } from './issue.ts';
import { at, items } from './raw.ts';

/**
 * What needs more than one place of the configuration to see. Works on what the file has, whatever that is, so that
 * these mistakes are told together with those of single values.
 */
export function check(value: unknown): Issue[] {
  const root = { value, path: [] };
  const listeners = items(at(root, 'listeners'));
  return [
    ...checkListeners(root),
    ...checkAdmin(at(root, 'admin')),
    ...checkAddresses(root),
    ...listeners.flatMap((listener) => [
      ...checkRoutes(listener, at(root, 'pools'), at(root, 'protocols')),
      ...checkProxyIn(listener),
      ...checkListenerTls(listener),
      ...checkStages(listener),
      ...checkMirrors(listener, at(root, 'pools')),
    ]),
    ...checkPools(root),
    ...checkResolver(root),
    ...checkProtocols(root),
    ...checkTraces(root),
    ...checkToxiproxy(root),
  ];
}
