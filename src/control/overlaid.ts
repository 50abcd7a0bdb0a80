import { overlayPlan } from '../config/index.ts';
import { parseAddress } from '../core/address.ts';
import type { Plan } from '../core/plan.ts';
import { NO_OVERLAY, type Overlay } from '../core/run-time-proxy.ts';
import { applyEdits, type Edit } from '../toxiproxy/index.ts';
import type { Next } from './reloads.ts';
import type { Bound } from './shard-host.ts';

/**
 * The configuration of a service, and what it was asked for besides while it runs. Makes the plans that are to be put in
 * force, and keeps what they were made of once they are.
 */
export class Overlaid {
  #base: Plan;
  #overlay: Overlay = NO_OVERLAY;
  /** Told when another configuration is in force. */
  onReload: () => void = () => {};

  /** `base` as the configuration compiles it. */
  constructor(base: Plan) {
    this.#base = base;
  }

  /** The configuration in force, as it was compiled. */
  get base(): Plan {
    return this.#base;
  }

  get overlay(): Overlay {
    return this.#overlay;
  }

  /** Whether a listener, or a run-time proxy, was closed by Toxiproxy's API, and is in no plan until that opens it again. */
  isDisabled(name: string): boolean {
    const { disabled, proxies } = this.#overlay;
    return disabled.has(name) || proxies.get(name)?.enabled === false;
  }

  /** The plan of another configuration under the same overlay. Throws as `overlayPlan`. */
  under(base: Plan): Next {
    const { disabled, drained, proxies } = this.#overlay;
    const isThere = (name: string): boolean => base.listeners.some((listener) => listener.name === name);
    const overlay = {
      ...this.#overlay,
      disabled: new Set([...disabled].filter(isThere)),
      drained: new Set([...drained].filter((name) => isThere(name) || proxies.has(name))),
    };
    const taken = (): void => {
      this.#take(base, overlay);
      this.onReload();
    };
    return { plan: overlayPlan(base, overlay), taken };
  }

  /** The plan of the same configuration after some changes to the overlay. Throws as `overlayPlan`. */
  edited(edits: readonly Edit[], bound: Bound): Next {
    const base = this.#base;
    const { overlay, resets } = applyEdits({ base, overlay: this.#overlay, bound }, edits);
    const plan = { ...overlayPlan(base, overlay), resets };
    return { plan, taken: () => this.#take(base, overlay) };
  }

  /**
   * The plan of the same configuration in which a listener accepts nobody, or accepts again; the same plan where no listener has the
   * name. One that was given a free port is given the same again. Throws as `overlayPlan`.
   */
  drained(name: string, isDrained: boolean, bound: Bound): Next {
    const base = this.#base;
    const [drained, pins] = [new Set(this.#overlay.drained), new Map(this.#overlay.pins)];
    const asked = base.listeners.find((listener) => listener.name === name)?.listen;
    if (!isDrained) drained.delete(name);
    else if (asked !== undefined || this.#overlay.proxies.has(name)) {
      drained.add(name);
      const real = parseAddress(bound[name] ?? '');
      if (asked?.kind === 'tcp' && asked.port === 0 && typeof real !== 'string')
        pins.set(name, { asked, real });
    }
    const overlay = { ...this.#overlay, drained, pins };
    return { plan: overlayPlan(base, overlay), taken: () => this.#take(base, overlay) };
  }

  #take(base: Plan, overlay: Overlay): void {
    this.#base = base;
    this.#overlay = overlay;
  }
}
