import { unlink } from 'node:fs/promises';
import type { TeeFilesPlan } from '../core/tee-plan.ts';
import type { SharedFile } from './shared-file.ts';
import { trackWriting } from './tee-registry.ts';

/** Tees of which a thread knows what they have written. */
export const TEE_STORES_MAX = 1024;

/** What one tee of the config has on the disk, as far as this thread has written it. Outlives connections and reloads. */
export class TeeStore {
  readonly #limits: TeeFilesPlan;
  /** Files that may have to go, the oldest first; kept only where there is a limit to how many stay. */
  readonly #finished: { readonly path: string; readonly bytes: number }[] = [];
  #bytes = 0;
  /** The file of a listener, where the tee has one. */
  shared: SharedFile | null = null;

  constructor(limits: TeeFilesPlan) {
    this.#limits = limits;
  }

  /** Counts bytes that are to be written; false where they would be more than the tee may have. */
  take(bytes: number): boolean {
    const { totalBytes } = this.#limits;
    if (totalBytes !== undefined && this.#bytes + bytes > totalBytes) return false;
    this.#bytes += bytes;
    return true;
  }

  /** A file is closed: the oldest ones go where more are kept than may stay. */
  finished(path: string, bytes: number): void {
    const keep = this.#limits.rotate?.keep ?? 0;
    if (keep === 0) return;
    this.#finished.push({ path, bytes });
    while (this.#finished.length > keep) this.#remove(this.#finished.shift());
  }

  #remove(file: { readonly path: string; readonly bytes: number } | undefined): void {
    if (file === undefined) return;
    this.#bytes -= file.bytes;
    // Somebody else may have taken it away: then it is gone as well.
    trackWriting(unlink(file.path).catch(() => undefined));
  }
}

const stores = new Map<string, TeeStore>();

/** The store of a tee. `key` is the same for a tee that a reload has left as it was. */
export function storeOf(key: string, limits: TeeFilesPlan): TeeStore {
  let store = stores.get(key);
  if (store === undefined) {
    closeShared();
    forgetOldest();
    store = new TeeStore(limits);
  }
  stores.delete(key);
  stores.set(key, store);
  return store;
}

/** The tee of a store is no more. */
export function closeStore(key: string): void {
  stores.get(key)?.shared?.close();
  stores.delete(key);
}

/** Closes the files of listeners that no connection writes to. */
export function closeShared(): void {
  for (const { shared } of stores.values()) shared?.closeIfIdle();
}

/** The store that was asked for the longest ago, unless connections write to its file. */
function forgetOldest(): void {
  if (stores.size < TEE_STORES_MAX) return;
  for (const [key, { shared }] of stores) {
    if (shared !== null && !shared.isIdle) continue;
    stores.delete(key);
    return;
  }
}
