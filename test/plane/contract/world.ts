import type { Address } from '../../../src/core/address.ts';
import type { Endpoint, Plane } from '../../../src/core/ports.ts';

/** A raw TCP peer of the test's own, made without the plane under test. It reads all that comes unless told not to. */
export interface Peer {
  readonly local: Address;
  readonly connected: boolean;
  /** Whether it could not connect. */
  readonly refused: boolean;
  /** Everything received, in one piece. */
  readonly received: Uint8Array;
  readonly receivedBytes: number;
  readonly sawFin: boolean;
  /** Whether a RST was met in reading or writing. */
  readonly sawReset: boolean;
  /** Bytes written that its kernel has had no room for. */
  readonly queued: number;
  /** Called with what is received, in order. */
  onData(listener: (bytes: Uint8Array) => void): void;
  write(bytes: Uint8Array): void;
  /** FIN after everything written. */
  end(): void;
  /** RST now. */
  reset(): void;
  stopReading(): void;
  startReading(): void;
  /** Reads, but with pauses, so that several MiB take many reads. */
  readSlowly(): void;
}

export interface PeerServer {
  readonly address: Address;
  close(): void;
}

/** A plane under test, and a world outside of it. */
export interface World {
  readonly plane: Plane;
  /** What observers and timers threw. */
  readonly errors: unknown[];
  /** What `onOpen` has told, summed. */
  readonly openTold: number;
  /** Whether listeners can share an address here. */
  readonly canShare: boolean;
  /** Whether TCP keepalive is on for an endpoint; null where this system does not show it. */
  keepsAlive(endpoint: Endpoint): Promise<boolean | null>;
  serve(onPeer: (peer: Peer) => void, address?: Address): Promise<PeerServer>;
  connect(address: Address): Peer;
  /** An address on which nobody listens. */
  refusing(): Promise<Address>;
  /** A Unix path that is free; null where this plane or system has none. */
  unixPath(): Address | null;
  /** Lets things happen until `predicate` holds; rejects, naming `what`, where it does not come to hold. */
  until(predicate: () => boolean, what: string): Promise<void>;
  /** Lets happen what is going to happen, for claims that something does not. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export type MakeWorld = () => Promise<World>;

/** Any port of loopback. */
export const ANYWHERE: Address = { kind: 'tcp', host: '127.0.0.1', port: 0 };
