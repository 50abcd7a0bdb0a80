import { formatAddress } from '../core/address.ts';
import type { ListenerPlan, Plan } from '../core/plan.ts';
import type { Overlay } from '../core/run-time-proxy.ts';

/** A listener as a proxy of Toxiproxy. */
export interface ProxyRow {
  readonly name: string;
  /** Where it is bound; while it is disabled, where it was or will be. */
  readonly listen: string;
  readonly upstream: string;
  readonly enabled: boolean;
  /** Who made it: the configuration, or this API. */
  readonly owner: 'configuration' | 'api';
}

/** What rows are made of. */
export interface RowSource {
  /** The configuration in force, as it was compiled. */
  readonly base: Plan;
  readonly overlay: Overlay;
  /** Name of a listener to the address it is bound to. */
  readonly bound: Readonly<Record<string, string>>;
}

/** The proxies there are: TCP listeners of the configuration, then what this API has made. Pure. */
export function rowsOf({ base, overlay, bound }: RowSource): ProxyRow[] {
  const ofConfiguration = base.listeners
    .filter(({ listen }) => listen.kind === 'tcp')
    .map((listener): ProxyRow => {
      const { name } = listener;
      const enabled = !overlay.disabled.has(name);
      const closed = overlay.pins.get(name)?.real ?? listener.listen;
      return {
        name,
        listen: (enabled ? bound[name] : undefined) ?? formatAddress(closed),
        upstream: upstreamOf(listener, base),
        enabled,
        owner: 'configuration',
      };
    });
  const made = [...overlay.proxies.values()].map(({ name, listen, upstream, enabled }): ProxyRow => {
    const where = (enabled ? bound[name] : undefined) ?? formatAddress(listen);
    return { name, listen: where, upstream: formatAddress(upstream), enabled, owner: 'api' };
  });
  return [...ofConfiguration, ...made];
}

/**
 * Where a listener of the configuration leads: the address of its one backend, the name of its one pool where that has
 * several, the names of its pools where it has several of them, empty where it has none.
 */
export function upstreamOf(listener: ListenerPlan, { pools, backends }: Plan): string {
  const indexes = listener.routes.flatMap(({ action }) => {
    if (action.kind === 'pool') return [action.pool];
    return action.kind === 'split' ? action.of.map(({ pool }) => pool) : [];
  });
  const led = [...new Set(indexes)].flatMap((index) => pools[index] ?? []);
  const [only] = led;
  if (led.length !== 1 || only === undefined) return led.map(({ name }) => name).join(',');
  const [row] = only.backends;
  const backend = row === undefined || only.backends.length > 1 ? undefined : backends[row];
  return backend === undefined || backend.original ? only.name : formatAddress(backend.address);
}
