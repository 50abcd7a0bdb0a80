import { expect, it } from 'vitest';
import type { Address } from '../../../src/core/address.ts';
import type { Endpoint } from '../../../src/core/ports.ts';
import { createMemoryPlane, MemoryNetwork, type MemoryPeer } from '../../../src/plane/memory/index.ts';
import { createRandom, type Random } from '../../../src/plane/memory/random.ts';
import { Recorder } from '../contract/recorder.ts';
import { SOCKET_OPTIONS, someBytes } from '../contract/support.ts';

const HISTORIES = 2000;
const CONNECTIONS_MAX = 4;
const STEPS = 30;
const LISTENER = { kind: 'tcp', host: '127.0.0.1', port: 80 } as const;
const BACKEND = { ...LISTENER, port: 81 };

/** One connection: what both ends did, and what the plane's end saw. */
interface Connection {
  readonly endpoint: Endpoint;
  readonly seen: Recorder;
  readonly peer: MemoryPeer;
  readonly fromPeer: Buffer[];
  readonly fromPlane: Buffer[];
  /** One of them ended before the end of the history, in whatever way. */
  rough: boolean;
}

it(`whatever ${HISTORIES} random histories do, bytes arrive in order and every endpoint is closed once`, async () => {
  for (let seed = 1; seed <= HISTORIES; seed++) {
    try {
      await history(seed);
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
}, 60_000);

async function history(seed: number): Promise<void> {
  const random = createRandom(seed);
  const network = new MemoryNetwork({
    seed,
    link: {
      latencyToServerMs: random.next() * 5,
      latencyToClientMs: random.next() * 5,
      jitterMs: random.chance(0.5) ? random.next() * 10 : 0,
      sendBufferBytes: random.int(1, 5000),
      receiveBufferBytes: random.int(1, 5000),
    },
  });
  const errors: unknown[] = [];
  let openTold = 0;
  const plane = createMemoryPlane(network, {
    onObserverError: (error) => errors.push(error),
    onOpen: (by) => {
      openTold += by;
    },
  });
  const connections: Connection[] = [];
  const count = random.int(1, CONNECTIONS_MAX);
  const join = (endpoint: Endpoint, peer: MemoryPeer): void => {
    const seen = new Recorder();
    endpoint.observe(seen);
    connections.push({ endpoint, seen, peer, fromPeer: [], fromPlane: [], rough: false });
  };
  const waiting = new Map<string, MemoryPeer>();
  const peerOf = (address: Address): MemoryPeer => waiting.get(JSON.stringify(address)) as MemoryPeer;
  network.serve(BACKEND, (peer) => waiting.set(JSON.stringify(peer.remote), peer));
  await plane.listen(LISTENER, SOCKET_OPTIONS, {
    accept: (endpoint) => join(endpoint, peerOf(endpoint.remote)),
    failed: () => {},
  });
  for (let i = 0; i < count; i++) {
    if (random.chance(0.5)) {
      const peer = network.connect(LISTENER);
      waiting.set(JSON.stringify(peer.local), peer);
    } else {
      plane.dial(BACKEND, SOCKET_OPTIONS, {
        connected: (endpoint) => network.after(100, () => join(endpoint, peerOf(endpoint.local))),
        failed: () => expect.unreachable('refused'),
      });
    }
  }
  network.settle(1000);
  expect(connections).toHaveLength(count);
  for (let step = 0; step < STEPS; step++) {
    const connection = connections[random.int(0, count - 1)] as Connection;
    act(random, connection);
    if (random.chance(0.7)) network.run(network.now() + random.next() * 20);
    check(connection);
    must(openTold === plane.open, 'every change of open was told');
  }
  for (const connection of connections) end(connection);
  network.settle(1_000_000);
  for (const connection of connections) {
    check(connection);
    checkEnd(connection);
  }
  expect(errors).toEqual([]);
  expect([plane.open, openTold, network.sockets, network.idle]).toEqual([0, 0, 0, true]);
}

function act(random: Random, connection: Connection): void {
  const { endpoint, peer } = connection;
  const bytes = (): Buffer => someBytes(random, random.int(1, 3000));
  const rough = (ending: () => void): void => {
    if (!random.chance(0.15)) return;
    connection.rough = true;
    ending();
  };
  const actions: (() => void)[] = [
    () => connection.fromPeer.push(writeTo(peer, bytes())),
    () => connection.fromPlane.push(writeFrom(endpoint, bytes(), random.chance(0.5))),
    () => endpoint.resume(),
    () => endpoint.pause(),
    () => peer.stopReading(),
    () => peer.startReading(),
    () => peer.readAtRate(random.int(1000, 1_000_000)),
    () => rough(() => peer.end()),
    () => rough(() => endpoint.end()),
    () => rough(() => peer.reset()),
    () => rough(() => peer.close()),
    () => rough(() => peer.vanish(random.int(0, 1000))),
    () => rough(() => endpoint.reset()),
    () => rough(() => endpoint.close()),
    () => rough(() => endpoint.destroy()),
    () => {
      if (random.chance(0.1)) endpoint.discard();
    },
  ];
  actions[random.int(0, actions.length - 1)]?.();
}

function writeTo(peer: MemoryPeer, bytes: Buffer): Buffer {
  peer.write(bytes);
  return bytes;
}

/** Writes a chunk; one that is borrowed is destroyed afterwards. */
function writeFrom(endpoint: Endpoint, bytes: Buffer, borrowed: boolean): Buffer {
  const lent = Buffer.from(bytes);
  endpoint.write({ bytes: lent, at: 0, borrowed });
  if (borrowed) lent.fill(0);
  return bytes;
}

/** Lets everything come to an end. */
function end({ endpoint, peer }: Connection): void {
  peer.startReading();
  peer.end();
  endpoint.resume();
  endpoint.close();
}

/** What holds at any time; without `expect`, which is slow. */
function check({ endpoint, seen, peer, fromPeer, fromPlane }: Connection): void {
  must(startsWith(fromPeer, seen.received), 'the plane got what the peer sent');
  must(startsWith(fromPlane, peer.received), 'the peer got what the plane sent');
  must(seen.acceptedBytes + endpoint.pending <= lengthOf(fromPlane), 'accepted and pending were written');
  for (const once of ['fin', 'reset', 'finished', 'closed'] as const) {
    must(seen.count(once) <= 1, `${once} is told once`);
  }
  must(!seen.isClosed || seen.calls.at(-1) === 'closed', 'nothing is told after closed');
}

/** What holds when all is over. */
function checkEnd({ seen, peer, fromPlane, rough }: Connection): void {
  expect(seen.count('closed')).toBe(1);
  if (rough) return;
  expect(peer.receivedBytes).toBe(seen.acceptedBytes);
  expect(seen.acceptedBytes).toBe(lengthOf(fromPlane));
  expect([seen.sawFin, seen.count('finished'), seen.resetCode]).toEqual([true, 1, null]);
  expect([peer.finAt !== null, peer.resetCode]).toEqual([true, null]);
}

function must(holds: boolean, claim: string): void {
  if (!holds) throw new Error(`does not hold: ${claim}`);
}

function lengthOf(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

/** Whether the chunks, one after the other, start with these bytes. */
function startsWith(chunks: readonly Buffer[], bytes: Uint8Array): boolean {
  let at = 0;
  for (const chunk of chunks) {
    if (at >= bytes.length) return true;
    const part = bytes.subarray(at, at + chunk.length);
    if (Buffer.compare(part, chunk.subarray(0, part.length)) !== 0) return false;
    at += chunk.length;
  }
  return at >= bytes.length;
}
