import type { Address } from './address.ts';

/** A listener with a pool of one backend that exists because somebody asked a running service for it. */
export interface RunTimeProxy {
  /** That of its listener: letters, digits, `_`, `-` and `.`. */
  readonly name: string;
  readonly listen: Address;
  readonly upstream: Address;
  /** false: it is remembered, and not in the plan. */
  readonly enabled: boolean;
}

/** What was asked of a running service besides its configuration. It stays over reloads of that, and ends with the process. */
export interface Overlay {
  /** By name. */
  readonly proxies: ReadonlyMap<string, RunTimeProxy>;
  /** Listeners of the configuration that are closed for now. */
  readonly disabled: ReadonlySet<string>;
  /** Listeners, of whomever, that accept nobody for now and keep their connections. */
  readonly drained: ReadonlySet<string>;
  /**
   * Of listeners that were closed with port 0: what port they were given, which they are given again. By name, with the
   * address that the configuration had then; where it has another the entry means nothing.
   */
  readonly pins: ReadonlyMap<string, { readonly asked: Address; readonly real: Address }>;
}

export const NO_OVERLAY: Overlay = {
  proxies: new Map(),
  disabled: new Set(),
  drained: new Set(),
  pins: new Map(),
};

/** The pool of a run-time proxy. No pool of a configuration can have this name. */
export function poolNameOf(proxy: string): string {
  return `toxiproxy/${proxy}`;
}
