import { afterEach, describe, expect, test } from 'vitest';
import type { Endpoint, TcpInfo } from '../../src/core/ports.ts';
import { SEEDED } from './breaking.ts';
import { reach } from './reach.ts';
import { closeWorlds } from './world.ts';

afterEach(closeWorlds);

describe('closed: what the kernel knew of both legs', () => {
  const CLIENT: TcpInfo = { rttUs: 100, rttVarUs: 20, retransmits: 3, deliveryRate: 2 ** 40 };
  const BACKEND: TcpInfo = { rttUs: 900, rttVarUs: 90, retransmits: 0, deliveryRate: 0 };

  test('is looked up when it ends, before the sockets go', async () => {
    const { world } = await reach('streaming');
    const { client, backend } = world.live();
    knowing(client, CLIENT);
    knowing(backend as Endpoint, BACKEND);
    world.kill();
    world.run(20);
    expect(world.closed()).toMatchObject({ clientTcp: CLIENT, backendTcp: BACKEND });
  });

  test('is null of a backend that was never reached', async () => {
    const { world } = await reach('dialing');
    knowing(world.live().client, CLIENT);
    world.kill();
    world.run(20);
    expect(world.closed()).toMatchObject({ clientTcp: CLIENT, backendTcp: null });
  });

  test('is null where looking it up throws, and the end goes on', async () => {
    const { world } = await reach('streaming');
    Object.defineProperty(world.live().client, 'tcpInfo', {
      get: () => {
        throw new Error(SEEDED);
      },
    });
    world.kill();
    world.run(20);
    expect(world.closed()).toMatchObject({ reason: 'killed', clientTcp: null, backendTcp: null });
    expect(world.defects()).toEqual([expect.stringContaining(SEEDED)]);
  });
});

/** Lets an endpoint know of its leg, until it is destroyed. */
function knowing(endpoint: Endpoint, tcp: TcpInfo): void {
  const destroy = endpoint.destroy.bind(endpoint);
  let known: TcpInfo | null = tcp;
  Object.defineProperty(endpoint, 'tcpInfo', { get: () => known });
  Object.assign(endpoint, {
    destroy: () => {
      known = null;
      destroy();
    },
  });
}
