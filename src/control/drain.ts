import type { Plan } from '../core/plan.ts';
import type { Fleet } from './fleet.ts';

/** What connections that were cut may take beyond their linger before the service closes over them. */
const CUT_EXTRA_MS = 2_000;

/** Waits for the last connection of a service that accepts no more, and cuts those that stay too long. */
export class Drain {
  readonly #fleet: Fleet;
  readonly #connections: () => number;
  #cutNow: (() => void) | null = null;
  #isCutWanted = false;
  #want: () => void = () => {};
  /** Resolves when `cut` is called. */
  readonly wanted = new Promise<void>((resolve) => {
    this.#want = resolve;
  });

  /** `connections` tells how many live. */
  constructor(fleet: Fleet, connections: () => number) {
    this.#fleet = fleet;
    this.#connections = connections;
  }

  /** Cuts what is left; at once where a drain is waiting, else as soon as one does. */
  cut(): void {
    this.#isCutWanted = true;
    this.#want();
    this.#cutNow?.();
  }

  /** Resolves when no connection is left, or when those that were cut have had their time. Tells how many were cut. */
  async run(plan: Plan): Promise<number> {
    let cut = 0;
    const timers: NodeJS.Timeout[] = [];
    await new Promise<void>((done) => {
      const cutAll = (): void => {
        if (timers.length < 2) timers.push(setTimeout(done, lingerMs(plan) + CUT_EXTRA_MS));
        if (cut === 0) cut = this.#connections();
        this.#fleet.cut();
      };
      timers.push(setTimeout(cutAll, plan.drainMs));
      this.#cutNow = cutAll;
      if (this.#isCutWanted || plan.drainMs === 0) cutAll();
      void this.#fleet.empty().then(done);
    });
    for (const timer of timers) clearTimeout(timer);
    this.#cutNow = null;
    return cut;
  }
}

function lingerMs({ listeners }: Plan): number {
  return Math.max(0, ...listeners.map(({ timeouts }) => timeouts.lingerMs));
}
