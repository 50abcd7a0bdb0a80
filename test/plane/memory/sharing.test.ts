import { describe, expect, it } from 'vitest';
import type { Address } from '../../../src/core/address.ts';
import type { Listening, Sharing } from '../../../src/core/ports.ts';
import { createMemoryPlane, MemoryNetwork } from '../../../src/plane/memory/index.ts';
import { SOCKET_OPTIONS } from '../contract/support.ts';

const HERE: Address = { kind: 'tcp', host: '127.0.0.1', port: 80 };
const EVERYWHERE: Address = { ...HERE, host: '0.0.0.0' };

interface Listener {
  readonly listening: Listening;
  clients: number;
}

/** A plane of its own that listens. */
async function listener(network: MemoryNetwork, sharing: Sharing, address = HERE): Promise<Listener> {
  const made = { clients: 0 };
  const accept = (): void => {
    made.clients++;
  };
  const plane = createMemoryPlane(network);
  const listening = await plane.listen(address, SOCKET_OPTIONS, { accept, failed: () => {} }, sharing);
  return Object.assign(made, { listening });
}

function connect(network: MemoryNetwork, clients: number): void {
  for (let i = 0; i < clients; i++) network.connect(HERE);
  network.settle(1000);
}

describe('an address of the simulated network that several planes share', () => {
  it('gives new clients to those who share it in turns', async () => {
    const network = new MemoryNetwork();
    const listeners = [await listener(network, 'claim'), await listener(network, 'join')];
    connect(network, 10);
    expect(listeners.map(({ clients }) => clients)).toEqual([5, 5]);
    listeners.push(await listener(network, 'join'));
    connect(network, 9);
    expect(listeners.map(({ clients }) => clients)).toEqual([8, 8, 3]);
  });

  it('gives nothing any more to one who has left, and refuses when all have', async () => {
    const network = new MemoryNetwork();
    const [first, second] = [await listener(network, 'claim'), await listener(network, 'join')];
    await first.listening.close();
    await first.listening.close();
    connect(network, 4);
    expect([first.clients, second.clients]).toEqual([0, 4]);
    await second.listening.close();
    const refused = network.connect(HERE);
    network.settle(1000);
    expect(refused.events).toMatchObject([{ kind: 'failed', failure: 'refused' }]);
  });

  it('overlaps all interfaces: they can be joined, not claimed, and the exact address goes first', async () => {
    const network = new MemoryNetwork();
    const everywhere = await listener(network, 'claim', EVERYWHERE);
    await expect(listener(network, 'claim')).rejects.toMatchObject({ code: 'EADDRINUSE' });
    connect(network, 2);
    const here = await listener(network, 'join');
    connect(network, 3);
    expect([everywhere.clients, here.clients]).toEqual([2, 3]);
  });
});
