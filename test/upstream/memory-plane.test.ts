import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/core/facts.ts';
import { HEALTHY, UNHEALTHY, UpstreamTable } from '../../src/core/upstream-table.ts';
import { createMemoryPlane, MemoryNetwork, type MemoryPeer } from '../../src/plane/memory/index.ts';
import { startUpstreams } from '../../src/upstream/index.ts';
import { HEALTH, plain, planOf } from './plans.ts';
import { NO_TLS } from './running.ts';

describe('the upstreams on a simulated network', () => {
  it('probe by connecting and closing, without a RST, follow a backend that goes and comes, and leave no socket', async () => {
    const plan = planOf({ health: { ...HEALTH, rise: 2, fall: 2 }, backends: plain(2) });
    const network = new MemoryNetwork({ seed: 3 });
    const plane = createMemoryPlane(network);
    const table = new UpstreamTable(2);
    const facts: Fact[] = [];
    const peers: MemoryPeer[] = [];
    const address = { kind: 'tcp', host: '127.0.0.1', port: 9000 } as const;
    const serve = (peer: MemoryPeer): void => {
      peers.push(peer);
      peer.on({ fin: () => peer.end() });
    };
    const first = network.serve(address, serve);

    const upstreams = startUpstreams({
      plan,
      plane,
      tls: NO_TLS,
      table,
      emit: (fact) => facts.push(fact),
      now: () => network.now(),
      random: () => 0.5,
    });
    network.run(1_500);
    await upstreams.ready;
    expect([table.health(0), table.health(1)]).toEqual([HEALTHY, UNHEALTHY]);
    first.close();
    network.run(5_000);
    expect(table.health(0)).toBe(UNHEALTHY);
    network.serve(address, serve);
    network.run(10_000);
    expect(table.health(0)).toBe(HEALTHY);

    upstreams.stop();
    network.settle(10_000);
    expect(facts.map((fact) => fact.kind === 'health' && [fact.backend, fact.healthy])).toEqual([
      [0, true],
      [1, false],
      [0, false],
      [0, true],
    ]);
    expect(peers.length).toBeGreaterThan(5);
    for (const peer of peers) expect([peer.resetCode, peer.finAt === null]).toEqual([null, false]);
    expect([plane.open, network.sockets, network.timers]).toEqual([0, 0, 0]);
  });
});
