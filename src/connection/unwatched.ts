import type { EndpointObserver } from '../core/ports.ts';

/** Observes an endpoint that nobody listens to: before a relay takes a backend over, and when a client is given up. */
export const UNWATCHED: EndpointObserver = {
  held: () => {},
  data: () => {},
  moved: () => {},
  fin: () => {},
  reset: () => {},
  accepted: () => {},
  progress: () => {},
  finished: () => {},
  closed: () => {},
};
