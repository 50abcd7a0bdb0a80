import { type Address, formatAddress } from '../core/address.ts';
import { overlaps } from '../core/address-overlap.ts';
import { SluiceError } from '../core/errors.ts';
import type { BackendPlan, ListenerPlan, Plan, PoolPlan, RoutePlan } from '../core/plan.ts';
import { type Overlay, poolNameOf, type RunTimeProxy } from '../core/run-time-proxy.ts';
import { compile } from './compile.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { configSchema } from './schema.ts';
import { NAME_PATTERN } from './words.ts';

/** Whether a run-time proxy can have a name: one that a listener of a file could have. */
export function isProxyName(name: string): boolean {
  return new RegExp(NAME_PATTERN).test(name);
}

/**
 * The plan of a configuration, as it was compiled, with what a running service was asked for besides. A run-time proxy has
 * every default, no health check and no retries. Throws RELOAD_REFUSED where the configuration has a listener of its name,
 * LISTEN_FAILED where another listener has its address. Pure, but for an environment that is not given.
 */
export function overlayPlan(base: Plan, overlay: Overlay, environment?: Environment): Plan {
  const { proxies, disabled, drained, pins } = overlay;
  const taken = base.listeners.find(({ name }) => proxies.has(name));
  if (taken !== undefined)
    throw new SluiceError(
      'RELOAD_REFUSED',
      `listener "${taken.name}": a proxy of this name was made by Toxiproxy's API; delete that one, or choose another name`,
    );
  const own = base.listeners
    .filter(({ name }) => !disabled.has(name))
    .map((listener) => ({ ...listener, listen: pinned(listener, pins) }));
  const enabled = [...proxies.values()].filter((proxy) => proxy.enabled);
  const settled = (listener: ListenerPlan, index: number): ListenerPlan =>
    drained.has(listener.name) ? { ...listener, index, drained: true } : { ...listener, index };
  if (enabled.length === 0) return { ...base, listeners: own.map(settled) };
  refuseTaken(own, enabled);
  const template = compileTemplate(environment ?? readEnvironment());
  const parts = enabled.map((proxy, at) => instantiate(template, proxy, base, at));
  return {
    ...base,
    listeners: [...own, ...parts.map(({ listener }) => listener)].map(settled),
    pools: [...base.pools, ...parts.map(({ pool }) => pool)],
    backends: [...base.backends, ...parts.map(({ backend }) => backend)],
  };
}

interface Template {
  readonly listener: ListenerPlan;
  readonly route: RoutePlan;
  readonly pool: PoolPlan;
  readonly backend: BackendPlan;
}

function compileTemplate(environment: Environment): Template {
  const config = configSchema.parse({
    listeners: [{ name: 'proxy', listen: '127.0.0.1:1', to: 'proxy' }],
    pools: { proxy: { backends: ['127.0.0.1:1'], health: 'off', connect: { retries: 0 } } },
  });
  const { listeners, pools, backends } = compile(config, environment, '.').plan;
  const [listener, pool, backend] = [listeners[0], pools[0], backends[0]];
  const route = listener?.routes[0];
  if (listener === undefined || route === undefined || pool === undefined || backend === undefined)
    throw new Error('a listener with one pool of one backend was not compiled');
  return { listener, route, pool, backend };
}

function instantiate(template: Template, { name, listen, upstream }: RunTimeProxy, base: Plan, at: number) {
  const [pool, row] = [base.pools.length + at, base.backends.length + at];
  const route = { ...template.route, name: `${name}/0`, action: { kind: 'pool', pool } as const };
  const address = formatAddress(upstream);
  return {
    listener: { ...template.listener, name, listen, routes: [route] },
    pool: { ...template.pool, index: pool, name: poolNameOf(name), backends: [row] },
    backend: { ...template.backend, row, pool, name: address, address: upstream },
  };
}

function pinned({ name, listen }: ListenerPlan, pins: Overlay['pins']): Address {
  const pin = pins.get(name);
  return pin !== undefined && formatAddress(pin.asked) === formatAddress(listen) ? pin.real : listen;
}

/** Two listeners of one address would be one socket. */
function refuseTaken(own: readonly ListenerPlan[], proxies: readonly RunTimeProxy[]): void {
  const byPort = new Map<number, { readonly name: string; readonly listen: Address }[]>();
  for (const listener of [...own, ...proxies]) {
    const { name, listen } = listener;
    const port = listen.kind === 'tcp' ? listen.port : 0;
    const near = byPort.get(port) ?? [];
    const other = near.find((neighbour) => overlaps(neighbour.listen, listen));
    if (other !== undefined)
      throw new SluiceError(
        'LISTEN_FAILED',
        `listener "${name}" cannot be bound to ${formatAddress(listen)}: EADDRINUSE: listener "${other.name}" listens there`,
      );
    byPort.set(port, [...near, { name, listen }]);
  }
}
