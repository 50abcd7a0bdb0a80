import type { EndpointObserver } from '../../core/ports.ts';

/** An observer that hears what it is given and ignores the rest. */
export function observing(heard: Partial<EndpointObserver>): EndpointObserver {
  const nothing = (): void => {};
  return {
    held: nothing,
    data: nothing,
    moved: nothing,
    fin: nothing,
    reset: nothing,
    accepted: nothing,
    progress: nothing,
    finished: nothing,
    closed: nothing,
    ...heard,
  };
}
