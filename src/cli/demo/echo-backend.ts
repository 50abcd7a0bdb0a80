import { PLAIN_SOCKET } from '../../core/plain-socket.ts';
import type { Endpoint, Listening, Plane, Timers } from '../../core/ports.ts';
import { observing } from './observer.ts';
import { DEMO_HOST } from './ports.ts';

/** Bytes that may wait for a slow reader before the echo stops reading. */
const PENDING_BYTES_MAX = 256 * 1024;

/** How long it stays open after a client's FIN: long enough to see connections half-closed. */
const FIN_DELAY_MS = 2_000;

/** Starts a backend that sends back what it gets, and FIN some time after the client's. The plane owns its connections. */
export async function startEchoBackend(
  plane: Plane,
  preferredPort: number,
): Promise<{ readonly port: number; readonly listening: Listening }> {
  const accept = (endpoint: Endpoint): void => echo(endpoint, plane.timers);
  const handler = { accept, failed: () => {} };
  const at = (port: number) => plane.listen({ kind: 'tcp', host: DEMO_HOST, port }, PLAIN_SOCKET, handler);
  const listening = await at(preferredPort).catch(() => at(0));
  const { address } = listening;
  return { port: address.kind === 'tcp' ? address.port : 0, listening };
}

function echo(endpoint: Endpoint, timers: Timers): void {
  endpoint.observe(
    observing({
      data(chunk) {
        endpoint.write(chunk);
        if (endpoint.pending > PENDING_BYTES_MAX) endpoint.pause();
      },
      accepted() {
        if (endpoint.pending <= PENDING_BYTES_MAX / 2) endpoint.resume();
      },
      fin: () => void timers.after(FIN_DELAY_MS, () => endpoint.end()),
    }),
  );
  endpoint.resume();
}
