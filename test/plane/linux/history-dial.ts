import { PLAIN_SOCKET } from '../../../src/core/plain-socket.ts';
import type { Endpoint } from '../../../src/core/ports.ts';
import { EHOSTUNREACH } from '../../../src/plane/linux/abi.ts';
import { ETIMEDOUT } from './fake-faults.ts';
import type { FakePeer } from './fake-peer.ts';
import { BACKEND, type FakeWorld } from './fake-world.ts';
import { Told } from './mini-relay.ts';

const DIALS_MAX = 50;

/** Again and again, since the kernel may refuse each of them. */
export function dial(world: FakeWorld): [Endpoint, FakePeer] {
  const { kernel, plane, random } = world;
  let found: Endpoint | null = null;
  let peer: FakePeer | null = null;
  for (let count = 0; count < DIALS_MAX; count++) {
    if (count === DIALS_MAX - 1) kernel.faults.share = 0;
    let isOver = false;
    kernel.onConnect = (socket) => {
      peer = world.peer(socket, 'backend');
      if (random.chance(0.3)) socket.connected(peer);
      return 0;
    };
    plane.dial(BACKEND, PLAIN_SOCKET, {
      connected: (endpoint) => {
        isOver = true;
        found = endpoint;
        endpoint.observe(new Told());
      },
      failed: () => {
        isOver = true;
      },
    });
    for (let turn = 0; turn < 100 && !isOver; turn++) {
      const socket = (peer as FakePeer | null)?.socket;
      if (socket?.state === 'connecting' && random.chance(0.5)) {
        if (count < 3 && random.chance(0.2)) socket.breaks(random.chance(0.5) ? ETIMEDOUT : EHOSTUNREACH);
        else socket.connected(peer!);
      }
      world.turn(1);
    }
    if (found !== null && peer !== null) return [found, peer];
    if (!isOver) throw new Error('a dial is told neither way');
  }
  throw new Error('no dial went through');
}
