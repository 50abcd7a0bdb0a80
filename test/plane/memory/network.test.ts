import { describe, expect, it } from 'vitest';
import type { Address } from '../../../src/core/address.ts';
import {
  MemoryNetwork,
  type MemoryNetworkOptions,
  type MemoryPeer,
} from '../../../src/plane/memory/index.ts';
import { MIB } from '../contract/support.ts';

const SERVER: Address = { kind: 'tcp', host: '127.0.0.1', port: 80 };

/** Two peers that talk to each other, connected; `client` was connected at `start`. */
function pair(options: MemoryNetworkOptions = {}): {
  network: MemoryNetwork;
  client: MemoryPeer;
  server: MemoryPeer;
  start: number;
} {
  const network = new MemoryNetwork(options);
  const peers: MemoryPeer[] = [];
  network.serve(SERVER, (peer) => peers.push(peer));
  const client = network.connect(SERVER);
  expect(network.runUntil(() => peers.length === 1, 10_000)).toBe(true);
  return { network, client, server: peers[0] as MemoryPeer, start: client.events[0]?.at ?? -1 };
}

describe('the simulated network', () => {
  it('takes the latency of each direction for every packet', () => {
    const { network, client, server, start } = pair({
      link: { latencyToServerMs: 3, latencyToClientMs: 4.5 },
    });
    expect(start).toBe(7.5);
    expect(server.events[0]?.at).toBe(10.5);
    client.write(Buffer.from('x'));
    network.settle(100);
    expect(server.events[1]).toEqual({ kind: 'bytes', at: 13.5, bytes: 1 });
    server.end();
    network.settle(100);
    expect(client.finAt).toBe(18);
  });

  it('a packet never overtakes another of its direction, however uneven the latency', () => {
    const { network, client, server } = pair({ link: { jitterMs: 50 } });
    const sent = Buffer.from(Array.from({ length: 100 }, (_, i) => i));
    for (const byte of sent) network.after(byte / 10, () => client.write(Buffer.from([byte])));
    network.after(11, () => client.end());
    expect(network.runUntil(() => server.finAt !== null, 1000)).toBe(true);
    expect(Buffer.compare(server.received, sent)).toBe(0);
  });

  it('a peer that does not read pushes back: send and receive buffer fill, the rest waits', () => {
    const { network, client, server } = pair({ link: { sendBufferBytes: 1000, receiveBufferBytes: 2000 } });
    server.stopReading();
    client.write(new Uint8Array(10_000));
    network.run(1000);
    expect(client.queued).toBe(7000);
    expect(client.undelivered).toBe(8000);
    server.startReading();
    network.settle(1000);
    expect(client.undelivered).toBe(0);
    expect(server.receivedBytes).toBe(10_000);
  });

  it('a RST overtakes what was not sent, and follows what was', () => {
    const { network, client, server } = pair({ link: { sendBufferBytes: 5000, receiveBufferBytes: 2000 } });
    server.stopReading();
    client.write(new Uint8Array(4000));
    network.run(100);
    client.reset();
    network.run(200);
    server.readAtRate(50_000);
    network.settle(1000);
    expect(server.receivedBytes).toBe(2000);
    expect(server.resetCode).toBe('ECONNRESET');
    expect(server.finAt).toBeNull();
    expect(network.sockets).toBe(0);
  });

  it('closing over unread bytes sends a RST that destroys what was not delivered', () => {
    const { network, client, server } = pair({ link: { receiveBufferBytes: 1000 } });
    server.stopReading();
    client.stopReading();
    client.write(new Uint8Array(5000));
    server.write(Buffer.from('unread'));
    network.run(100);
    client.close();
    network.run(200);
    server.startReading();
    network.settle(100);
    expect(server.receivedBytes).toBe(1000);
    expect(server.resetCode).toBe('ECONNRESET');
  });

  it('closing with nothing unread delivers what was written, and FIN, behind the back of the owner', () => {
    const { network, client, server } = pair({ link: { receiveBufferBytes: 1000 } });
    server.stopReading();
    client.write(new Uint8Array(5000));
    network.run(100);
    client.close();
    server.startReading();
    network.settle(100);
    expect(server.receivedBytes).toBe(5000);
    expect(server.finAt).not.toBeNull();
    server.end();
    network.settle(100);
    expect(network.sockets).toBe(0);
  });

  it('writing to a socket that was closed is answered with RST', () => {
    const { network, client, server } = pair();
    client.close();
    network.settle(100);
    expect(server.finAt).not.toBeNull();
    server.write(Buffer.from('late'));
    network.settle(100);
    expect(server.resetCode).toBe('EPIPE');
    expect(network.sockets).toBe(0);
  });

  it('a peer that reads at a rate takes as long as that takes', () => {
    const { network, client, server, start } = pair();
    server.readAtRate(MIB);
    client.write(new Uint8Array(4 * MIB));
    client.end();
    expect(network.runUntil(() => server.finAt !== null, 60_000)).toBe(true);
    expect((server.finAt ?? 0) - start).toBeGreaterThan(3900);
    expect((server.finAt ?? 0) - start).toBeLessThan(4200);
  });

  it('a peer that vanishes is silent until both kernels give up', () => {
    const { network, client, server } = pair();
    client.vanish(5000);
    server.write(Buffer.from('anybody there'));
    const lostAt = network.now() + 5000;
    network.settle(60_000);
    expect(server.events.at(-1)).toEqual({ kind: 'reset', at: lostAt, code: 'ETIMEDOUT' });
    expect(client.resetCode).toBe('ETIMEDOUT');
    expect(client.receivedBytes).toBe(0);
    expect(network.sockets).toBe(0);
  });

  it('what is written before the connection stands is sent when it does', () => {
    const network = new MemoryNetwork();
    const peers: MemoryPeer[] = [];
    network.serve(SERVER, (peer) => peers.push(peer));
    const client = network.connect(SERVER);
    client.write(Buffer.from('early'));
    client.end();
    network.settle(1000);
    expect(Buffer.from(peers[0]?.received ?? []).toString()).toBe('early');
    expect(peers[0]?.finAt).not.toBeNull();
  });

  it('a script hears what happens to its peer', () => {
    const network = new MemoryNetwork();
    const heard: string[] = [];
    network.serve(SERVER, (peer) => {
      peer.on({ data: (bytes) => peer.write(bytes), fin: () => peer.end() });
    });
    const client = network.connect(SERVER);
    client.on({
      connected: () => heard.push('connected'),
      data: (bytes) => heard.push(Buffer.from(bytes).toString()),
      fin: () => heard.push('fin'),
    });
    client.write(Buffer.from('echo'));
    client.end();
    network.settle(1000);
    expect(heard).toEqual(['connected', 'echo', 'fin']);
    expect(network.sockets).toBe(0);
    expect(network.idle).toBe(true);
  });

  it('the same seed gives the same history, another seed another', () => {
    const history = (seed: number): unknown => {
      const { network, client, server } = pair({ seed, link: { jitterMs: 5, receiveBufferBytes: 3000 } });
      server.readAtRate(100_000);
      for (let i = 0; i < 20; i++) client.write(new Uint8Array(997));
      client.end();
      network.settle(10_000);
      return server.events;
    };
    expect(history(5)).toEqual(history(5));
    expect(history(5)).not.toEqual(history(6));
  });
});

describe('an address of the simulated network', () => {
  it('on which nobody listens refuses after a round trip', () => {
    const network = new MemoryNetwork({ link: { latencyToServerMs: 2, latencyToClientMs: 3 } });
    const client = network.connect(SERVER);
    network.settle(100);
    expect(client.events).toEqual([{ kind: 'failed', at: 5, failure: 'refused' }]);
  });

  it('ends dials as its rule says, until the rule is taken away', () => {
    const network = new MemoryNetwork();
    network.serve(SERVER, () => {});
    network.rule(SERVER, { connect: 'unreachable' });
    const refused = network.connect(SERVER);
    network.rule(SERVER, { connect: 'black-hole' });
    const lost = network.connect(SERVER);
    network.rule(SERVER, null);
    const lucky = network.connect(SERVER);
    network.settle(100);
    expect(refused.events[0]).toMatchObject({ kind: 'failed', failure: 'unreachable' });
    expect(lost.events).toEqual([]);
    expect(lucky.connected).toBe(true);
  });

  it('has the link its rule says', () => {
    const network = new MemoryNetwork();
    network.serve(SERVER, () => {});
    network.rule(SERVER, { latencyToServerMs: 100, latencyToClientMs: 100 });
    const client = network.connect(SERVER);
    network.settle(1000);
    expect(client.events[0]?.at).toBe(200);
  });

  it('is found through all interfaces, and overlaps them', () => {
    const network = new MemoryNetwork();
    network.serve({ kind: 'tcp', host: '::', port: 80 }, () => {});
    const client = network.connect(SERVER);
    network.settle(100);
    expect(client.connected).toBe(true);
    expect(() => network.serve(SERVER, () => {})).toThrow('EADDRINUSE');
  });
});
