import { describe, expect, it } from 'vitest';
import type { Address } from '../../../src/core/address.ts';
import type { DialFailure, Endpoint } from '../../../src/core/ports.ts';
import {
  type ConnectFault,
  createMemoryPlane,
  MemoryNetwork,
  type MemoryPlaneOptions,
} from '../../../src/plane/memory/index.ts';
import { Recorder } from '../contract/recorder.ts';
import { KIB, ownChunk, SOCKET_OPTIONS } from '../contract/support.ts';

const ADDRESS: Address = { kind: 'tcp', host: '127.0.0.1', port: 80 };

async function accepting(network: MemoryNetwork, options: MemoryPlaneOptions = {}) {
  const plane = createMemoryPlane(network, options);
  const accepted: Endpoint[] = [];
  const failures: string[] = [];
  const listening = await plane.listen(ADDRESS, SOCKET_OPTIONS, {
    accept: (endpoint) => accepted.push(endpoint),
    failed: (code) => failures.push(code),
  });
  return { plane, listening, accepted, failures };
}

/** An accepted endpoint, observed. */
async function acceptedEndpoint(network: MemoryNetwork, options: MemoryPlaneOptions = {}) {
  const { plane, accepted } = await accepting(network, options);
  const peer = network.connect(ADDRESS);
  network.settle(100);
  const endpoint = accepted[0] as Endpoint;
  const seen = new Recorder();
  endpoint.observe(seen);
  return { plane, endpoint, seen, peer };
}

describe('the memory plane', () => {
  it('destroys a view it has lent as soon as the observer returns', async () => {
    const network = new MemoryNetwork();
    const { endpoint, seen, peer } = await acceptedEndpoint(network);
    const kept: Uint8Array[] = [];
    endpoint.observe({
      ...observerOf(seen),
      held: (held) => kept.push(held),
      data: (chunk) => {
        expect(chunk.borrowed).toBe(true);
        expect(chunk.at).toBe(network.now());
        expect(Buffer.from(chunk.bytes).toString()).toBe('secret');
        kept.push(chunk.bytes);
      },
    });
    endpoint.peek(10);
    peer.write(Buffer.from('secret'));
    network.settle(100);
    endpoint.resume();
    network.settle(100);
    expect(kept.length).toBeGreaterThanOrEqual(2);
    for (const view of kept) expect([...new Set(view)]).toEqual([0xdd]);
  });

  it('reads in pieces of the size asked for, or of all sizes', async () => {
    const sizes = async (readBytes: number): Promise<number[]> => {
      const network = new MemoryNetwork();
      const { endpoint, seen, peer } = await acceptedEndpoint(network, { readBytes });
      endpoint.resume();
      peer.write(new Uint8Array(100 * KIB));
      network.settle(100);
      return seen.reads;
    };
    expect(new Set((await sizes(KIB)).slice(0, 32))).toEqual(new Set([KIB]));
    expect(new Set(await sizes(0)).size).toBeGreaterThan(3);
  });

  it('sometimes lets a read arrive that was under way when it was paused, but one only', async () => {
    const late = new Set<number>();
    for (let seed = 1; seed <= 30; seed++) {
      const network = new MemoryNetwork({ seed });
      const { endpoint, seen, peer } = await acceptedEndpoint(network, { readBytes: 10 });
      seen.hook = (call) => {
        if (call === 'data') endpoint.pause();
      };
      endpoint.resume();
      peer.write(new Uint8Array(100));
      network.settle(1000);
      late.add(seen.reads.length - 1);
    }
    expect(late).toEqual(new Set([0, 1]));
  });

  it('accepts no more than it has descriptors for, says so, and goes on when one is free', async () => {
    const network = new MemoryNetwork();
    const { plane, accepted, failures } = await accepting(network, { descriptorsMax: 2 });
    const peers = [1, 2, 3].map(() => network.connect(ADDRESS));
    network.settle(100);
    expect(accepted).toHaveLength(2);
    expect(failures).toEqual(['EMFILE']);
    expect(peers.every((peer) => peer.connected)).toBe(true);
    const first = accepted[0] as Endpoint;
    first.observe(new Recorder());
    first.destroy();
    network.settle(100);
    expect(accepted).toHaveLength(3);
    expect(plane.open).toBe(2);
    await plane.close();
    expect(plane.open).toBe(0);
  });

  it('accepts what waits in the queue when a listener closes', async () => {
    const network = new MemoryNetwork();
    const { plane, listening, accepted } = await accepting(network, { descriptorsMax: 1 });
    const peers = [1, 2, 3].map(() => network.connect(ADDRESS));
    network.settle(100);
    const first = accepted[0] as Endpoint;
    first.observe(new Recorder());
    first.destroy();
    network.runUntil(() => plane.open === 0, 100);
    await listening.close();
    network.settle(100);
    expect(accepted).toHaveLength(2);
    expect(peers.filter((peer) => peer.resetAt !== null)).toHaveLength(2);
  });

  it('tells each way a dial can fail by its kind and code', () => {
    const wanted: Record<Exclude<ConnectFault, 'black-hole'>, DialFailure> = {
      refused: { kind: 'refused', code: 'ECONNREFUSED' },
      unreachable: { kind: 'unreachable', code: 'EHOSTUNREACH' },
      'timed-out': { kind: 'unreachable', code: 'ETIMEDOUT' },
      'out-of-ports': { kind: 'out-of-ports', code: 'EADDRNOTAVAIL' },
      'out-of-descriptors': { kind: 'out-of-descriptors', code: 'EMFILE' },
      name: { kind: 'name', code: 'ENOTFOUND' },
    };
    for (const [fault, failure] of Object.entries(wanted)) {
      const network = new MemoryNetwork();
      const plane = createMemoryPlane(network);
      network.serve(ADDRESS, () => {});
      network.rule(ADDRESS, { connect: fault as ConnectFault });
      const failures: DialFailure[] = [];
      plane.dial(ADDRESS, SOCKET_OPTIONS, {
        connected: () => expect.unreachable(fault),
        failed: (failed) => failures.push(failed),
      });
      expect(failures).toEqual([]);
      network.settle(1000);
      expect(failures).toEqual([failure]);
      expect(plane.open).toBe(0);
    }
  });

  it('a dial into a black hole hangs until it is cancelled', () => {
    const network = new MemoryNetwork();
    const plane = createMemoryPlane(network);
    network.rule(ADDRESS, { connect: 'black-hole' });
    const calls: string[] = [];
    const dial = plane.dial(ADDRESS, SOCKET_OPTIONS, {
      connected: () => calls.push('connected'),
      failed: () => calls.push('failed'),
    });
    network.run(1_000_000);
    expect(plane.open).toBe(1);
    dial.cancel();
    network.run(2_000_000);
    expect(plane.open).toBe(0);
    expect(calls).toEqual([]);
  });

  it('a dial without a descriptor fails as out of descriptors', () => {
    const network = new MemoryNetwork();
    const plane = createMemoryPlane(network, { descriptorsMax: 1 });
    network.serve(ADDRESS, () => {});
    const ends: string[] = [];
    const handler = {
      connected: () => ends.push('connected'),
      failed: (failure: DialFailure) => ends.push(failure.kind),
    };
    plane.dial(ADDRESS, SOCKET_OPTIONS, handler);
    plane.dial(ADDRESS, SOCKET_OPTIONS, handler);
    network.settle(100);
    expect(ends).toEqual(['out-of-descriptors', 'connected']);
  });

  it('refuses to be used before it is observed', async () => {
    const network = new MemoryNetwork();
    const { plane, accepted } = await accepting(network);
    network.connect(ADDRESS);
    network.settle(100);
    expect(() => accepted[0]?.resume()).toThrow('observe()');
    await plane.close();
    expect(plane.open).toBe(0);
  });

  it('tells ETIMEDOUT where the network has lost the peer', async () => {
    const network = new MemoryNetwork();
    const { endpoint, seen, peer } = await acceptedEndpoint(network);
    endpoint.resume();
    endpoint.write(ownChunk(Buffer.from('hello')));
    network.settle(10);
    peer.vanish(30_000);
    network.settle(60_000);
    expect(seen.calls.slice(-2)).toEqual(['reset', 'closed']);
    expect(seen.resetCode).toBe('ETIMEDOUT');
  });

  it('tells progress while a reset waits for a peer that reads slowly', async () => {
    const network = new MemoryNetwork();
    const { endpoint, seen, peer } = await acceptedEndpoint(network);
    peer.readAtRate(100 * KIB);
    endpoint.write(ownChunk(new Uint8Array(1000 * KIB)));
    endpoint.reset();
    network.settle(60_000);
    expect(seen.count('progress')).toBeGreaterThan(10);
    expect(peer.receivedBytes).toBe(1000 * KIB);
    expect(peer.resetAt).toBeGreaterThan(9000);
  });

  it('rejects a bind that a rule forbids, and everything once it is closed', async () => {
    const network = new MemoryNetwork();
    network.rule(ADDRESS, { listen: 'EACCES' });
    await expect(accepting(network)).rejects.toMatchObject({ code: 'EACCES' });
    const plane = createMemoryPlane(network);
    await plane.close();
    await expect(
      plane.listen(ADDRESS, SOCKET_OPTIONS, { accept: () => {}, failed: () => {} }),
    ).rejects.toThrow('closed');
    plane.dial(ADDRESS, SOCKET_OPTIONS, { connected: () => {}, failed: () => {} });
    expect(plane.open).toBe(0);
  });

  it('cuts its connections before close returns, and tells its observers afterwards', async () => {
    const network = new MemoryNetwork();
    const { plane, seen, peer } = await acceptedEndpoint(network);
    const closing = plane.close();
    expect(seen.isClosed).toBe(false);
    network.settle(100);
    expect(peer.resetAt).not.toBeNull();
    await closing;
    expect(seen.count('closed')).toBe(1);
  });

  it('tells times by the epoch it is given, else by that of its network', () => {
    const network = new MemoryNetwork({ epoch: 5000 });
    expect(createMemoryPlane(network).timers.epoch).toBe(5000);
    expect(createMemoryPlane(network, { epoch: 7000 }).timers.epoch).toBe(7000);
  });
});

/** The methods of a recorder, so that some can be replaced. */
function observerOf(seen: Recorder) {
  return {
    moved: () => seen.moved(),
    fin: () => seen.fin(),
    reset: (code: string) => seen.reset(code),
    accepted: (bytes: number) => seen.accepted(bytes),
    progress: () => seen.progress(),
    finished: () => seen.finished(),
    closed: () => seen.closed(),
  };
}
