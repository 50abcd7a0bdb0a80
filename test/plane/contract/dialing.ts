import { expect } from 'vitest';
import type { DialFailure, Endpoint } from '../../../src/core/ports.ts';
import { type Claim, observe, SOCKET_OPTIONS } from './support.ts';
import type { Peer } from './world.ts';

export function dialingClaims(claim: Claim): void {
  claim('a dialed endpoint tells both addresses, as the server sees them', async (world) => {
    const peers: Peer[] = [];
    const server = await world.serve((peer) => peers.push(peer));
    const endpoints: Endpoint[] = [];
    world.plane.dial(server.address, SOCKET_OPTIONS, {
      connected: (endpoint) => endpoints.push(endpoint),
      failed: () => {},
    });
    expect(endpoints).toHaveLength(0);
    await world.until(() => endpoints.length === 1 && peers.length === 1, 'the connection');
    expect(endpoints[0]?.remote).toEqual(server.address);
    expect(peers[0]?.local).toEqual(server.address);
    expect(endpoints[0]?.local.kind).toBe('tcp');
  });

  claim('a dial to an address where nobody listens fails once, as refused', async (world) => {
    const failures: DialFailure[] = [];
    world.plane.dial(await world.refusing(), SOCKET_OPTIONS, {
      connected: () => expect.unreachable('connected'),
      failed: (failure) => failures.push(failure),
    });
    expect(world.plane.open).toBe(1);
    await world.until(() => failures.length === 1, 'the refusal');
    await world.settle();
    expect(failures).toEqual([{ kind: 'refused', code: 'ECONNREFUSED' }]);
    expect(world.plane.open).toBe(0);
  });

  claim('a dial that is cancelled calls nobody and leaves nothing open', async (world) => {
    const server = await world.serve(() => {});
    const calls: string[] = [];
    const handler = {
      connected: () => calls.push('connected'),
      failed: () => calls.push('failed'),
    };
    for (const address of [server.address, await world.refusing()]) {
      const dial = world.plane.dial(address, SOCKET_OPTIONS, handler);
      dial.cancel();
      dial.cancel();
    }
    expect([world.plane.open, world.openTold]).toEqual([0, 0]);
    await world.settle();
    expect(calls).toEqual([]);
    expect(world.plane.open).toBe(0);
  });

  claim('cancelling a dial that has connected does nothing', async (world) => {
    const server = await world.serve(() => {});
    const endpoints: Endpoint[] = [];
    const dial = world.plane.dial(server.address, SOCKET_OPTIONS, {
      connected: (endpoint) => endpoints.push(endpoint),
      failed: () => {},
    });
    await world.until(() => endpoints.length === 1, 'the connection');
    const seen = observe(endpoints[0] as Endpoint);
    dial.cancel();
    dial.cancel();
    await world.settle();
    expect(seen.isClosed).toBe(false);
    expect(world.plane.open).toBe(1);
  });

  claim('a dial handler that throws is reported and hurts no other dial', async (world) => {
    const server = await world.serve(() => {});
    const endpoints: Endpoint[] = [];
    world.plane.dial(server.address, SOCKET_OPTIONS, {
      connected: (endpoint) => {
        observe(endpoint);
        throw new Error('connected');
      },
      failed: () => {},
    });
    world.plane.dial(await world.refusing(), SOCKET_OPTIONS, {
      connected: () => {},
      failed: () => {
        throw new Error('failed');
      },
    });
    world.plane.dial(server.address, SOCKET_OPTIONS, {
      connected: (endpoint) => {
        observe(endpoint);
        endpoints.push(endpoint);
      },
      failed: () => {},
    });
    await world.until(() => endpoints.length === 1 && world.errors.length === 2, 'both told');
  });

  claim('open counts dials and endpoints and returns to 0, and every change of it is told', async (world) => {
    const peers: Peer[] = [];
    const server = await world.serve((peer) => peers.push(peer));
    const endpoints: Endpoint[] = [];
    for (let i = 0; i < 5; i++) {
      world.plane.dial(server.address, SOCKET_OPTIONS, {
        connected: (endpoint) => endpoints.push(endpoint),
        failed: () => {},
      });
    }
    expect([world.plane.open, world.openTold]).toEqual([5, 5]);
    await world.until(() => endpoints.length === 5 && peers.length === 5, 'five connections');
    expect([world.plane.open, world.openTold]).toEqual([5, 5]);
    const seen = endpoints.map(observe);
    for (const peer of peers) peer.end();
    for (const endpoint of endpoints) endpoint.close();
    await world.until(() => seen.every((each) => each.isClosed), 'all closed');
    expect([world.plane.open, world.openTold]).toEqual([0, 0]);
  });
}
