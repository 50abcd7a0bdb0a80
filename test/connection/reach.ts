import type { StateName } from '../../src/core/state.ts';
import type { MemoryPeer } from '../../src/plane/memory/index.ts';
import { routeTo } from './plan.ts';
import { bytesOf, World, type WorldPieces } from './world.ts';

/** A connection that is in a state, and its peers. */
export interface Reached {
  readonly world: World;
  readonly client: MemoryPeer;
  /** Throws before a backend is connected. */
  readonly backend: MemoryPeer;
  /** Which connection of the world it is. */
  readonly index: number;
}

/** More than the kernels between a peer that does not read and Sluice take, and less than the window on top of them. */
export const STUCK_BYTES = 320 * 1024;

/** `routing` takes no time and `closed` is the end: nothing can happen to a connection there. */
export type LastingState = Exclude<StateName, 'routing' | 'closed'>;

/** A world in which a connection has just come to the state. In `draining`, after both FINs, the client does not read. */
export async function reach(state: LastingState, pieces: WorldPieces = {}): Promise<Reached> {
  const world = await World.open({ ...piecesFor(state), ...pieces });
  if (state === 'dialing') {
    for (const { row } of world.plan.backends) world.backendRule(row, { connect: 'black-hole' });
  }
  if (state === 'accepting') {
    world.connect('10.0.2.9');
    world.run(1);
  }
  const client = world.connect();
  world.run(1);
  const reached: Reached = {
    world,
    client,
    index: state === 'accepting' ? 1 : 0,
    get backend() {
      return world.backend();
    },
  };
  if (state === 'half-closed-client') client.end();
  if (state === 'half-closed-backend') reached.backend.end();
  if (state === 'draining') {
    client.stopReading();
    reached.backend.write(bytesOf(STUCK_BYTES));
    client.end();
    reached.backend.end();
  }
  world.run(5);
  if (world.state(reached.index) !== state) {
    throw new Error(`the connection is ${world.state(reached.index)}, not ${state}`);
  }
  return reached;
}

function piecesFor(state: LastingState): WorldPieces {
  switch (state) {
    case 'accepting':
      return { limits: { connections: 1, onLimit: 'wait' } };
    case 'sniffing':
      return { routes: [routeTo('reset', { protocol: ['ssh'] }), routeTo(0)] };
    default:
      return {};
  }
}
