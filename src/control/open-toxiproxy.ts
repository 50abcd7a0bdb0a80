import { isProxyName } from '../config/index.ts';
import type { ToxiproxyPlan } from '../core/plan.ts';
import type { StageControl } from '../core/stage-control.ts';
import { type ApiWrite, type Edit, rowsOf, startToxiproxy, type ToxiproxyApi } from '../toxiproxy/index.ts';
import type { Overlaid } from './overlaid.ts';
import type { Next, Reloaded } from './reloads.ts';
import type { Bound } from './shard-host.ts';

/** What Toxiproxy's API reaches of a service. */
export interface Toxified {
  readonly stages: Pick<StageControl, 'replace'>;
  /** Where its listeners are bound. */
  readonly listeners: Bound;
  /** As a reload. */
  reloadTo(next: () => Next): Promise<Reloaded>;
  /** Hears of each request for a change, as it was answered. */
  toxiproxyWrote(write: ApiWrite): void;
}

/** Starts Toxiproxy's API of a plan. Rejects with TOXIPROXY_FAILED where it cannot be bound. */
export async function openToxiproxy(
  plan: ToxiproxyPlan,
  overlaid: Overlaid,
  service: Toxified,
): Promise<ToxiproxyApi> {
  const proxied = {
    rows: () => rowsOf({ base: overlaid.base, overlay: overlaid.overlay, bound: service.listeners }),
    isName: isProxyName,
    change: async (edits: readonly Edit[]) =>
      void (await service.reloadTo(() => overlaid.edited(edits, service.listeners))),
    stages: service.stages,
  };
  const api = await startToxiproxy(plan.listen, proxied, (write) => service.toxiproxyWrote(write));
  overlaid.onReload = () => api.reloaded();
  return api;
}
