import { isProxyName } from '../config/index.ts';
import type { ToxiproxyPlan } from '../core/plan.ts';
import type { StageControl } from '../core/stage-control.ts';
import { type ApiWrite, type Edit, rowsOf, startToxiproxy, type ToxiproxyApi } from '../toxiproxy/index.ts';
import type { Overlaid } from './overlaid.ts';
import type { Reloaded } from './reloads.ts';
import type { Bound } from './shard-host.ts';

/** What Toxiproxy's API reaches of a service. */
export interface Toxified {
  readonly overlaid: Overlaid;
  readonly stages: Pick<StageControl, 'replace'>;
  /** Where its listeners are bound. */
  bound(): Bound;
  /** Puts changes to the overlay in force, as a reload. */
  edit(edits: readonly Edit[]): Promise<Reloaded>;
  /** Hears of each request for a change, as it was answered. */
  wrote(write: ApiWrite): void;
}

/** Starts Toxiproxy's API of a plan. Rejects with TOXIPROXY_FAILED where it cannot be bound. */
export async function openToxiproxy(plan: ToxiproxyPlan, service: Toxified): Promise<ToxiproxyApi> {
  const { overlaid, stages } = service;
  const proxied = {
    rows: () => rowsOf({ base: overlaid.base, overlay: overlaid.overlay, bound: service.bound() }),
    isName: isProxyName,
    change: async (edits: readonly Edit[]) => void (await service.edit(edits)),
    stages,
  };
  const api = await startToxiproxy(plan.listen, proxied, (write) => service.wrote(write));
  overlaid.onReload = () => api.reloaded();
  return api;
}
