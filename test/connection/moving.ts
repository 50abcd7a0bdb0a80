import type { Endpoint, EndpointObserver, Plane } from '../../src/core/ports.ts';
import type { ShardParts } from '../../src/shard.ts';

/** What a plane that moves bytes by itself has done. */
export interface Moves {
  /** Bytes moved, and chunks handed over in spite of `passTo`. */
  bytes: number;
  handedOver: number;
  /** Calls of the owners, in order. */
  readonly calls: string[];
}

/** Parts of a shard whose plane moves what it reads, as one that splices does; every `skip`th chunk is handed over. */
export function moving(skip = Number.POSITIVE_INFINITY) {
  const moves = noMoves();
  const parts = ({ plane }: ShardParts): Partial<ShardParts> => ({ plane: movingPlane(plane, moves, skip) });
  return { moves, parts };
}

export function noMoves(): Moves {
  return { bytes: 0, handedOver: 0, calls: [] };
}

/** A plane whose endpoints move what they read, where they are allowed to. */
export function movingPlane(plane: Plane, moves: Moves, skip: number): Plane {
  return {
    name: plane.name,
    timers: plane.timers,
    resetsAfterDelivery: plane.resetsAfterDelivery,
    get open() {
      return plane.open;
    },
    listen: (address, options, handler, sharing) =>
      plane.listen(
        address,
        options,
        { ...handler, accept: (endpoint) => handler.accept(teach(endpoint, 'client', moves, skip)) },
        sharing,
      ),
    dial: (address, options, handler) =>
      plane.dial(address, options, {
        connected: (endpoint) => handler.connected(teach(endpoint, 'backend', moves, skip)),
        failed: (failure) => handler.failed(failure),
      }),
    close: () => plane.close(),
  };
}

/** The same endpoint, able to move. */
function teach(endpoint: Endpoint, name: string, moves: Moves, skip: number): Endpoint {
  let target: Endpoint | null = null;
  let chunks = 0;
  const observe = endpoint.observe.bind(endpoint);
  const taught = (observer: EndpointObserver): EndpointObserver => ({
    held: (held) => observer.held(held),
    data: (chunk) => {
      chunks++;
      if (target === null || chunks % skip === 0) {
        moves.handedOver++;
        observer.data(chunk);
        return;
      }
      const { length } = chunk.bytes;
      target.write(chunk);
      moves.bytes += length;
      observer.moved(length, chunk.at);
    },
    moved: () => {},
    fin: () => observer.fin(),
    reset: (code) => observer.reset(code),
    accepted: (bytes) => observer.accepted(bytes),
    progress: () => observer.progress(),
    finished: () => observer.finished(),
    closed: () => observer.closed(),
  });
  return Object.assign(endpoint, {
    observe: (observer: EndpointObserver) => observe(taught(observer)),
    passTo: (to: Endpoint) => {
      moves.calls.push(`${name}.passTo`);
      target = to;
    },
    passToNobody: () => {
      if (target !== null) moves.calls.push(`${name}.passToNobody`);
      target = null;
    },
  });
}
