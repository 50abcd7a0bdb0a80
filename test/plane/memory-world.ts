import type { Address } from '../../src/core/address.ts';
import type { MemoryEndpoint } from '../../src/plane/memory/endpoint.ts';
import { createMemoryPlane, type MemoryNetwork, type MemoryPeer } from '../../src/plane/memory/index.ts';
import { ANYWHERE, type Peer, type World } from './contract/world.ts';

/** Virtual time in which what is going to happen has happened. */
const SETTLE_MS = 1000;

/** Virtual time after which what has not happened is not going to. */
const PATIENCE_MS = 600_000;

/** Rounds of running and of letting promises go on. */
const ROUNDS_MAX = 10;

const SLOW_BYTES_PER_SECOND = 4 * 1024 * 1024;

/** A plane on a network in memory, in virtual time, and peers and servers of that network. */
export function makeMemoryWorld(network: MemoryNetwork, roundsMax = ROUNDS_MAX): World {
  const errors: unknown[] = [];
  let openTold = 0;
  const plane = createMemoryPlane(network, {
    onObserverError: (error) => errors.push(error),
    onOpen: (by) => {
      openTold += by;
    },
  });
  let paths = 0;
  return {
    plane,
    errors,
    get openTold() {
      return openTold;
    },
    canShare: true,
    keepsAlive: async (endpoint) => (endpoint as MemoryEndpoint).options.keepaliveMs > 0,
    serve: async (onPeer, address = ANYWHERE) => network.serve(address, (peer) => onPeer(contractPeer(peer))),
    connect: (address) => contractPeer(network.connect(address)),
    refusing: async () => ({ kind: 'tcp', host: '127.0.0.1', port: 1 }),
    unixPath: (): Address => ({ kind: 'unix', path: `/memory/${paths++}.sock` }),
    until: async (predicate, what) => {
      for (let round = 0; round < roundsMax; round++) {
        if (network.runUntil(predicate, PATIENCE_MS)) return;
        await turn();
      }
      throw new Error(`not reached: ${what}`);
    },
    settle: async () => {
      network.run(network.now() + SETTLE_MS);
      await turn();
    },
    close: async () => {
      await plane.close();
      network.settle(SETTLE_MS);
    },
  };
}

/** A peer of the memory network as the contract's. */
export function contractPeer(peer: MemoryPeer): Peer {
  return {
    local: peer.local,
    get connected() {
      return peer.connected;
    },
    get refused() {
      return peer.events.some(({ kind }) => kind === 'failed');
    },
    get received() {
      return peer.received;
    },
    get receivedBytes() {
      return peer.receivedBytes;
    },
    get sawFin() {
      return peer.finAt !== null;
    },
    get sawReset() {
      return peer.resetAt !== null;
    },
    get queued() {
      return peer.queued;
    },
    onData: (listener) => peer.on({ data: listener }),
    write: (bytes) => peer.write(bytes),
    end: () => peer.end(),
    reset: () => peer.reset(),
    stopReading: () => peer.stopReading(),
    startReading: () => peer.startReading(),
    readSlowly: () => peer.readAtRate(SLOW_BYTES_PER_SECOND),
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
