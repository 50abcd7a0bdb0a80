import type { ServiceEvent, StartWatcher, Watched, Watcher } from '../core/watcher.ts';

/** Those who watch a service. */
export class Watchers {
  readonly #watchers: Watcher[] = [];

  /** Starts all, one after another; tells where they serve something. Rejects with what one of them rejects with. */
  async start(all: readonly StartWatcher[], watched: Watched): Promise<Readonly<Record<string, string>>> {
    for (const start of all) this.#watchers.push(await start(watched));
    return Object.assign({}, ...this.#watchers.map(({ urls }) => urls));
  }

  tell(event: ServiceEvent): void {
    for (const watcher of this.#watchers) watcher.event(event);
  }

  async close(): Promise<void> {
    await Promise.all(this.#watchers.splice(0).map((watcher) => watcher.close()));
  }
}
