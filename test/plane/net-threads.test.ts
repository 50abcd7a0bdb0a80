import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import type { Address } from '../../src/core/address.ts';
import { monotonicMs } from '../../src/plane/net/net-timers.ts';
import type { Peer, World } from './contract/world.ts';
import { makeNetWorld } from './net-world.ts';

const CLIENTS = 8;

/** A worker thread with a plane of the built program, clients of it, and the backend it has dialed. */
interface Thread {
  readonly worker: Worker;
  readonly exited: Promise<unknown>;
  readonly peers: Peer[];
}

for (const end of ['exit', 'throw'] as const) {
  it(`a thread that ends by ${end} and closes its plane on exit leaves RST to every peer, and no socket`, async () => {
    const world = await makeNetWorld();
    const before = openSockets();
    const { worker, exited, peers } = await startThread(world, { guarded: true });
    worker.postMessage(end);
    await exited;
    for (const peer of peers) peer.startReading();
    await world.until(() => peers.every((peer) => peer.sawReset), 'every peer is reset');
    expect(peers.some((peer) => peer.sawFin)).toBe(false);
    await world.close();
    await world.until(() => openSockets().length === before.length, 'no socket is left');
    expect(openSockets()).toEqual(before);
  });
}

it('a thread that is terminated leaves no socket, and every peer sees an end', async () => {
  const world = await makeNetWorld();
  const before = openSockets();
  const { worker, peers } = await startThread(world, { guarded: true });
  await worker.terminate();
  for (const peer of peers) peer.startReading();
  await world.until(() => peers.every((peer) => peer.sawReset || peer.sawFin), 'every peer sees an end');
  await world.close();
  await world.until(() => openSockets().length === before.length, 'no socket is left');
  expect(openSockets()).toEqual(before);
});

it('the clock of a plane reads the same in every thread', async () => {
  const world = await makeNetWorld();
  const before = monotonicMs();
  const { worker, there } = await startThread(world, { guarded: false });
  expect(there).toBeGreaterThan(before);
  expect(there).toBeLessThan(monotonicMs());
  await worker.terminate();
  await world.close();
});

async function startThread(
  world: World,
  options: { guarded: boolean },
): Promise<Thread & { readonly there: number }> {
  const backends: Peer[] = [];
  const backend = await world.serve((peer) => backends.push(peer));
  const worker = new Worker(new URL('./threads/shard.mjs', import.meta.url), {
    workerData: { backend: backend.address, clients: CLIENTS, ...options },
    execArgv: [],
  });
  const exited = once(worker, 'exit').catch((error) => expect(error.message).toBe('a defect'));
  const [{ address }] = (await once(worker, 'message')) as [{ address: Address }];
  const all = once(worker, 'message') as Promise<[{ now: number }]>;
  const clients = Array.from({ length: CLIENTS }, () => world.connect(address));
  for (const client of clients) {
    client.stopReading();
    client.write(Buffer.from('hello'));
  }
  await world.until(() => clients.every((peer) => peer.connected), 'all clients connected');
  const [{ now }] = await all;
  await world.until(() => backends.length === 1, 'the backend dialed');
  return { worker, exited, peers: [...clients, ...backends], there: now };
}

/** The sockets of this process, by inode; none where the system does not show them. */
function openSockets(): string[] {
  if (process.platform !== 'linux') return [];
  const sockets: string[] = [];
  for (const descriptor of readdirSync('/proc/self/fd')) {
    try {
      const target = readlinkSync(`/proc/self/fd/${descriptor}`);
      if (target.startsWith('socket:')) sockets.push(target);
    } catch {
      // The descriptor through which the folder was read is gone by now.
    }
  }
  return sockets.sort();
}
