import type { Address } from '../core/address.ts';
import { PLAIN_SOCKET } from '../core/plain-socket.ts';
import type { Cancellable, DialFailure, Endpoint, EndpointObserver, Plane } from '../core/ports.ts';
import { race } from '../names/index.ts';

/** What one probe found. `impossible`: this machine could not make it, which says nothing of the backend. */
export type ProbeResult =
  | { readonly kind: 'passed'; readonly ms: number }
  | { readonly kind: 'failed'; readonly cause: string }
  | { readonly kind: 'impossible'; readonly cause: string };

/** Nothing that a probed backend sends is of interest. */
const IGNORE_ALL: EndpointObserver = {
  held() {},
  data() {},
  moved() {},
  fin() {},
  reset() {},
  accepted() {},
  progress() {},
  finished() {},
  closed() {},
};

export interface ProbeSettings {
  /** As `ProbeTarget.source`. */
  readonly source: string | null;
  readonly timeoutMs: number;
  /** From one address to the next, where there are several. */
  readonly attemptDelayMs: number;
}

/**
 * Connects once and says whether that worked, within `timeoutMs`; no byte is sent. A connection made is ended by RST, as
 * HAProxy does: neither side keeps a socket in TIME_WAIT, and a backend that accepts late finds nothing to answer.
 * `done` is called exactly once, perhaps before this returns; never after `cancel`, which closes the attempt. Throws what
 * the plane's `dial` throws.
 */
export function probeTcp(
  plane: Plane,
  addresses: readonly Address[],
  { source, timeoutMs, attemptDelayMs }: ProbeSettings,
  done: (result: ProbeResult) => void,
): Cancellable {
  const began = plane.timers.now();
  let open = true;
  let attempt: Cancellable | null = null;
  const end = (): boolean => {
    const first = open;
    open = false;
    deadline.cancel();
    return first;
  };
  const deadline = plane.timers.after(timeoutMs, () => {
    attempt?.cancel();
    if (end()) done({ kind: 'failed', cause: `no answer in ${timeoutMs} ms` });
  });
  try {
    attempt = race(plane, addresses, { ...PLAIN_SOCKET, source }, attemptDelayMs, {
      connected(endpoint) {
        resetAtOnce(endpoint);
        if (end()) done({ kind: 'passed', ms: Math.round(plane.timers.now() - began) });
      },
      failed(failure) {
        if (end()) done(resultOf(failure));
      },
    });
  } catch (error) {
    end();
    throw error;
  }
  return {
    cancel() {
      if (end()) attempt?.cancel();
    },
  };
}

function resetAtOnce(endpoint: Endpoint): void {
  endpoint.observe(IGNORE_ALL);
  endpoint.destroy();
}

function resultOf({ kind, code }: DialFailure): ProbeResult {
  const isLocal = kind === 'out-of-descriptors' || kind === 'out-of-ports';
  return { kind: isLocal ? 'impossible' : 'failed', cause: code };
}
