import { formatAddress, parseAddress } from '../core/address.ts';
import type { Overlay, RunTimeProxy } from '../core/run-time-proxy.ts';
import type { RowSource } from './rows.ts';

/** A change of what proxies there are. */
export type Edit =
  /** Makes a run-time proxy, or puts it in the place of the one of its name. */
  | { readonly kind: 'put'; readonly proxy: RunTimeProxy }
  | { readonly kind: 'remove'; readonly name: string }
  /** Opens or closes a listener, of whomever it is. */
  | { readonly kind: 'enable'; readonly name: string; readonly enabled: boolean };

export interface Edited {
  readonly overlay: Overlay;
  /** Names of those whose connections are to be reset. */
  readonly resets: readonly string[];
}

/** The overlay after some changes, all of them one after another. Pure. */
export function applyEdits(source: RowSource, edits: readonly Edit[]): Edited {
  const { overlay, bound } = source;
  const proxies = new Map(overlay.proxies);
  const disabled = new Set(overlay.disabled);
  const pins = new Map(overlay.pins);
  const resets = new Set<string>();
  const put = (proxy: RunTimeProxy): void => {
    const before = proxies.get(proxy.name);
    const next = before === undefined ? proxy : keepingPort(before, proxy, bound[proxy.name]);
    if (before?.enabled === true && !isSame(before, next)) resets.add(proxy.name);
    proxies.set(proxy.name, next);
  };
  const enableListener = (name: string, enabled: boolean): void => {
    const listener = source.base.listeners.find((one) => one.name === name);
    if (listener === undefined) return;
    if (enabled) disabled.delete(name);
    else if (!disabled.has(name)) {
      disabled.add(name);
      resets.add(name);
      const real = parseAddress(bound[name] ?? '');
      if (typeof real !== 'string') pins.set(name, { asked: listener.listen, real });
    }
  };
  for (const edit of edits) {
    if (edit.kind === 'put') put(edit.proxy);
    else if (edit.kind === 'remove') {
      if (proxies.delete(edit.name)) resets.add(edit.name);
    } else {
      const proxy = proxies.get(edit.name);
      if (proxy === undefined) enableListener(edit.name, edit.enabled);
      else put({ ...proxy, enabled: edit.enabled });
    }
  }
  return { overlay: { ...overlay, proxies, disabled, pins }, resets: [...resets] };
}

/**
 * One that was given a free port keeps it as long as it is open, also where its client names that port, since another
 * socket could not be bound there; while it is closed the port is remembered.
 */
function keepingPort(before: RunTimeProxy, next: RunTimeProxy, bound: string | undefined): RunTimeProxy {
  const real = parseAddress(bound ?? '');
  if (!before.enabled || typeof real === 'string') return next;
  const stays = [before.listen, real].some((listen) => formatAddress(listen) === formatAddress(next.listen));
  if (!stays) return next;
  return { ...next, listen: next.enabled ? before.listen : real };
}

function isSame(one: RunTimeProxy, other: RunTimeProxy): boolean {
  return (
    one.enabled === other.enabled &&
    formatAddress(one.listen) === formatAddress(other.listen) &&
    formatAddress(one.upstream) === formatAddress(other.upstream)
  );
}
