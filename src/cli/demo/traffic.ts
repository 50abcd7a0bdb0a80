import type { Address } from '../../core/address.ts';
import type { Plane } from '../../core/ports.ts';
import { asking, type Behaviour, breaking, startClient, talking, uploading } from './clients.ts';

/** From one new connection to the next. */
const TICK_MS = 350;

/** Generated connections at once. */
const CLIENTS_MAX = 32;

/** What the clients do in turn. */
const ROUND: readonly { readonly to: 'http' | 'echo'; readonly behave: Behaviour }[] = [
  { to: 'http', behave: asking('/') },
  { to: 'echo', behave: talking },
  { to: 'http', behave: asking('/') },
  { to: 'echo', behave: uploading },
  { to: 'http', behave: asking('/slow', 2_000) },
  { to: 'http', behave: asking('/') },
  { to: 'echo', behave: breaking },
  { to: 'http', behave: asking('/') },
];

/** Opens a few connections a second until `stop`, which leaves those under way to the plane's owner. */
export function startTraffic(
  plane: Plane,
  addresses: Readonly<Record<'http' | 'echo', Address>>,
): { stop(): void } {
  let turn = 0;
  let alive = 0;
  const timer = setInterval(() => {
    const next = ROUND[turn++ % ROUND.length];
    if (next === undefined || alive >= CLIENTS_MAX) return;
    alive++;
    startClient(plane, addresses[next.to], next.behave, () => {
      alive--;
    });
  }, TICK_MS);
  return { stop: () => clearInterval(timer) };
}
