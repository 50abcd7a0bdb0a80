import { expect, it } from 'vitest';
import type { Address } from '../../../src/core/address.ts';
import type { Chunk } from '../../../src/core/chunk.ts';
import { PLAIN_SOCKET } from '../../../src/core/plain-socket.ts';
import type { Endpoint, ListenHandler, Listening, Sharing, SocketOptions } from '../../../src/core/ports.ts';
import { createRandom, type Random } from '../../../src/plane/memory/random.ts';
import { Recorder } from './recorder.ts';
import { ANYWHERE, type MakeWorld, type Peer, type World } from './world.ts';

export const KIB = 1024;
export const MIB = 1024 * KIB;

export const SOCKET_OPTIONS: SocketOptions = PLAIN_SOCKET;

/** A plane's endpoint joined to a raw peer. */
export interface Pair {
  readonly endpoint: Endpoint;
  readonly seen: Recorder;
  readonly peer: Peer;
}

/** Which side the plane under test is on. */
export type Make = (world: World) => Promise<Pair>;

/** A test in a world of its own, which must be left as it was found: nothing open, nothing told after `closed`. */
export type Claim = (name: string, prove: (world: World, random: Random) => Promise<void>) => void;

export function claimIn(makeWorld: MakeWorld): Claim {
  return (name, prove) => {
    it(name, async () => {
      const world = await makeWorld();
      try {
        await prove(world, createRandom(name.length));
        await world.plane.close();
        expect(world.plane.open).toBe(0);
        expect(world.openTold).toBe(0);
      } finally {
        await world.close();
      }
      for (const seen of recorders.splice(0)) {
        expect(seen.count('closed')).toBeLessThanOrEqual(1);
        if (seen.isClosed) expect(seen.calls.at(-1)).toBe('closed');
      }
    });
  };
}

/** Every recorder of the test that runs; a test file runs one test at a time. */
const recorders: Recorder[] = [];

/** An observer for an endpoint, looked after until the end of the test. */
export function observe(endpoint: Endpoint): Recorder {
  const seen = new Recorder();
  recorders.push(seen);
  endpoint.observe(seen);
  return seen;
}

export interface Accepting {
  readonly listening: Listening;
  readonly accepted: Endpoint[];
}

export async function listen(
  world: World,
  address: Address = ANYWHERE,
  onAccept?: ListenHandler['accept'],
  sharing?: Sharing,
): Promise<Accepting> {
  const accepted: Endpoint[] = [];
  const handler: ListenHandler = {
    accept: (endpoint) => {
      accepted.push(endpoint);
      onAccept?.(endpoint);
    },
    failed: () => {},
  };
  const listening = await world.plane.listen(address, SOCKET_OPTIONS, handler, sharing);
  return { listening, accepted };
}

/** An endpoint that the plane accepted. */
export async function acceptedPair(world: World): Promise<Pair> {
  const { listening, accepted } = await listen(world);
  const peer = world.connect(listening.address);
  await world.until(() => accepted.length === 1 && peer.connected, 'one client accepted');
  const endpoint = accepted[0] as Endpoint;
  return { endpoint, seen: observe(endpoint), peer };
}

/** An endpoint that the plane dialed. */
export async function dialedPair(world: World): Promise<Pair> {
  const peers: Peer[] = [];
  const server = await world.serve((peer) => peers.push(peer));
  const endpoints: Endpoint[] = [];
  world.plane.dial(server.address, SOCKET_OPTIONS, {
    connected: (endpoint) => endpoints.push(endpoint),
    failed: (failure) => expect.unreachable(`dial failed: ${failure.code}`),
  });
  await world.until(() => endpoints.length === 1 && peers.length === 1, 'one backend connected');
  const endpoint = endpoints[0] as Endpoint;
  return { endpoint, seen: observe(endpoint), peer: peers[0] as Peer };
}

/** Bytes in which nothing repeats, so that any that are lost, doubled or moved are seen (xorshift32). */
export function someBytes(random: Random, length: number): Buffer {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = random.int(1, 0xffffffff);
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return Buffer.from(words.buffer, 0, length);
}

/** Cuts bytes into pieces of 1 byte to `max`. */
export function pieces(random: Random, bytes: Buffer, max: number): Buffer[] {
  const cut: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = random.int(1, max);
    cut.push(bytes.subarray(at, at + size));
    at += size;
  }
  return cut;
}

export function ownChunk(bytes: Uint8Array): Chunk {
  return { bytes, at: 0, borrowed: false };
}

/** Equal bytes; without printing megabytes where they are not. */
export function expectSameBytes(got: Uint8Array, wanted: Uint8Array): void {
  expect(got.length).toBe(wanted.length);
  expect(Buffer.compare(got, wanted)).toBe(0);
}
