import { apartNode, sharingNode } from './sharing-node.ts';

/** Where shards run: `workers` of the configuration, and the node to run it with. */
export interface Placement {
  readonly where: string;
  readonly workers: number;
  readonly node: () => string;
}

/** The three ways a listener is served: by the main thread, by one thread of its own, by threads that share its port. */
export const PLACEMENTS: readonly Placement[] = [
  { where: 'on the main thread', workers: 0, node: () => process.execPath },
  { where: 'one thread a listener', workers: 2, node: apartNode },
  { where: 'two threads on each port', workers: 2, node: sharingNode },
];
