import type { EndpointObserver, SocketOptions } from '../../core/ports.ts';

export const DEMO_SOCKET: SocketOptions = { noDelay: true, keepaliveMs: 0 };

/** An observer that hears what it is given and ignores the rest. */
export function observing(heard: Partial<EndpointObserver>): EndpointObserver {
  const nothing = (): void => {};
  return {
    held: nothing,
    data: nothing,
    fin: nothing,
    reset: nothing,
    accepted: nothing,
    progress: nothing,
    finished: nothing,
    closed: nothing,
    ...heard,
  };
}
