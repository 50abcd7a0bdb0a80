import type { Endpoint, Plane } from '../../src/core/ports.ts';
import { createTlsSessions } from '../../src/tls/index.ts';
import type { MakeWorld } from '../plane/contract/world.ts';
import { connectPlan, listenerPlan } from './plans.ts';
import { TlsPeer } from './tls-peer.ts';

/** Times that a world must settle until TLS, which needs turns of Node's loop between its messages, has settled too. */
const SETTLE_TIMES = 8;

/** The little messages of a handshake keep a kernel from growing its window, and claims count on 100 KiB of it. */
const RECEIVE_BUFFER = 512 * 1024;

/** A world whose plane and peers all speak TLS. What its listeners and dials tell of are sessions that stand. */
export function overTls(makeWorld: MakeWorld): MakeWorld {
  return async () => {
    const world = await makeWorld();
    const sessions = createTlsSessions({ onError: (error) => world.errors.push(error) });
    return {
      plane: planeOverTls(world.plane, sessions),
      errors: world.errors,
      get openTold() {
        return world.openTold;
      },
      canShare: world.canShare,
      keepsAlive: (endpoint) => world.keepsAlive(endpoint),
      refusing: () => world.refusing(),
      unixPath: () => world.unixPath(),
      until: (predicate, what) => world.until(predicate, what),
      close: () => world.close(),
      serve: (onPeer, address) => world.serve((raw) => onPeer(new TlsPeer(raw, true)), address),
      connect: (address) => new TlsPeer(world.connect(address), false),
      settle: async () => {
        for (let time = 0; time < SETTLE_TIMES; time++) await world.settle();
      },
    };
  };
}

function planeOverTls(plane: Plane, sessions: ReturnType<typeof createTlsSessions>): Plane {
  const listener = listenerPlan();
  const connecting = { plan: connectPlan(), serverName: 'a.test', host: '127.0.0.1', alpn: [] };
  return {
    name: plane.name,
    timers: plane.timers,
    resetsAfterDelivery: plane.resetsAfterDelivery,
    get open() {
      return plane.open;
    },
    close: () => plane.close(),
    listen: (address, options, handler, sharing) =>
      plane.listen(
        address,
        { ...options, receiveBuffer: RECEIVE_BUFFER },
        {
          ...handler,
          accept: (under) => {
            sessions.accept(under, listener, {
              secured: (endpoint) => handler.accept(endpoint),
              failed: () => under.destroy(),
            });
          },
        },
        sharing,
      ),
    dial: (address, options, handler) =>
      plane.dial(
        address,
        { ...options, receiveBuffer: RECEIVE_BUFFER },
        {
          ...handler,
          connected: (under) => {
            sessions.connect(under, connecting, {
              secured: (endpoint: Endpoint) => handler.connected(endpoint),
              failed: ({ code }) => handler.failed({ kind: 'other', code }),
            });
          },
        },
      ),
  };
}
