import type { Slotted } from '../../core/slots.ts';
import type { SourcePorts } from '../../core/source-ports.ts';
import type { DescriptorTable } from './descriptor-table.ts';
import type { PipePool } from './pipe-pool.ts';
import type { Reactor } from './reactor.ts';
import type { System } from './system.ts';

/** Sizes that were chosen by measurement (D-047); tests and benchmarks choose others. */
export interface Sizes {
  /** Bytes read at once, into the one buffer that all endpoints of the plane share. */
  readonly readBytes: number;
  /** What a pipe is asked to take. */
  readonly pipeBytes: number;
  /** Pipes at once; 0 = none, and every byte is copied. */
  readonly pipesMax: number;
  /** Whether bytes are spliced where they can be. */
  readonly splice: boolean;
}

/** A connected socket or a dial, as the plane keeps it. */
export interface Thing extends Slotted {
  /** Cuts it now. */
  destroy(): void;
}

/** What endpoints, dials and listeners of a plane share. */
export interface Home {
  readonly system: System;
  readonly reactor: Reactor;
  readonly table: DescriptorTable;
  readonly pipes: PipePool;
  readonly sizes: Sizes;
  /** For dials that come from a range of ports. */
  readonly sourcePorts: SourcePorts;
  /** What was just read stands here until the next read of anybody. */
  readonly buffer: Uint8Array;
  readonly onObserverError: (error: unknown) => void;
  /** A connected socket or a dial is there, or gone. */
  opened(thing: Thing): void;
  gone(thing: Thing): void;
}
