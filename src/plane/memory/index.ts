export type { AddressRule, ConnectFailure, ConnectFault } from './address-book.ts';
export type { LinkSettings } from './link.ts';
export { MemoryNetwork, type MemoryNetworkOptions, type MemoryServer } from './network.ts';
export { MemoryPeer, type PeerEvent, type PeerScript } from './peer.ts';
export { createMemoryPlane, type MemoryPlaneOptions } from './plane.ts';
