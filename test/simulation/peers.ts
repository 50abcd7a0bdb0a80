import type { MemoryNetwork, MemoryPeer } from '../../src/plane/memory/index.ts';
import type { Dice } from './dice.ts';
import { BACKENDS, backendAddress, LISTEN, LISTEN_MOVED } from './plans.ts';

/** What one peer of a simulated connection did. */
export interface Doings {
  readonly peer: MemoryPeer;
  /** Everything it wrote, in order. */
  readonly wrote: Uint8Array[];
  ended: boolean;
  reset: boolean;
}

/** When clients come: all at once, or over so many virtual milliseconds, some of them to where the listener may move. */
export interface Coming {
  readonly connections: number;
  readonly overMs: number;
}

/** Backends by chance, some of them with a fault; what each of their connections does, by the address it came from. */
export function serveBackends(network: MemoryNetwork, dice: Dice): Map<string, Doings> {
  const all = new Map<string, Doings>();
  for (let row = 0; row <= BACKENDS; row++) {
    const address = backendAddress(row);
    const fault = dice.one(['none', 'none', 'none', 'refused', 'black-hole', 'unreachable'] as const);
    if (fault === 'refused') continue;
    if (fault !== 'none') network.rule(address, { connect: fault });
    network.serve(address, (peer) => {
      const doings: Doings = { peer, wrote: [], ended: false, reset: false };
      if (peer.remote.kind === 'tcp') all.set(`${peer.remote.host}:${peer.remote.port}`, doings);
      act(network, dice, doings);
    });
  }
  return all;
}

/** Clients by chance; the list is filled as they come. */
export function sendClients(network: MemoryNetwork, dice: Dice, { connections, overMs }: Coming): Doings[] {
  const clients: Doings[] = [];
  for (let index = 0; index < connections; index++) {
    const at = overMs > 0 && dice.often(0.8) ? dice.between(0, overMs) : 0;
    const to = overMs > 0 && dice.often(0.2) ? LISTEN_MOVED : LISTEN;
    const host = `10.0.2.${dice.between(1, 5)}`;
    const send = (): void => {
      const doings: Doings = { peer: network.connect(to, host), wrote: [], ended: false, reset: false };
      clients.push(doings);
      act(network, dice, doings);
    };
    if (at === 0) send();
    else network.after(at, send);
  }
  return clients;
}

/** A peer's life by chance: some writes with pauses, slow reading or none for a while, then FIN, RST or silence. */
function act(network: MemoryNetwork, dice: Dice, doings: Doings): void {
  const { peer } = doings;
  let at = dice.one([0, 0, 50, 300]);
  if (dice.often(0.2)) peer.readAtRate(dice.one([20_000, 200_000]));
  else if (dice.often(0.1)) {
    peer.stopReading();
    network.after(dice.one([300, 2500]), () => peer.startReading());
  }
  for (let writes = dice.between(0, 5); writes > 0; writes--) {
    const bytes = dice.often(0.1) ? Buffer.from('SSH-2.0-simulation\r\n') : dice.bytes(120_000);
    network.after(at, () => {
      if (doings.ended || doings.reset) return;
      doings.wrote.push(bytes);
      peer.write(bytes);
    });
    at += dice.one([0, 1, 40, 400]);
  }
  const ending = dice.next();
  if (ending < 0.1) return;
  network.after(at + dice.one([0, 5, 700]), () => {
    if (ending < 0.25) {
      doings.reset = true;
      peer.reset();
    } else if (ending < 0.28) {
      doings.reset = true;
      peer.vanish(400);
    } else {
      doings.ended = true;
      peer.end();
    }
  });
}
