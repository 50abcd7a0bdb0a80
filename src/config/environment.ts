import { availableParallelism } from 'node:os';
import { linuxPlaneSupport } from '../plane/linux/index.ts';
import { readDescriptorLimit } from './descriptors.ts';

/** What a plan depends on besides the file. */
export interface Environment {
  /** Descriptors this process may have; null = unknown. */
  readonly descriptorLimit: number | null;
  /** As `process.platform`. */
  readonly platform: string;
  /** As `process.version`. */
  readonly nodeVersion: string;
  /** Threads that can run at once; at least 1. */
  readonly cores: number;
  /** Whether this process can have the linux plane, and in words what was found or what is lacking. */
  readonly linuxPlane: { readonly usable: boolean; readonly why: string };
}

/** The environment of this process. */
export function readEnvironment(): Environment {
  return {
    descriptorLimit: readDescriptorLimit(process.platform),
    platform: process.platform,
    nodeVersion: process.version,
    cores: availableParallelism(),
    linuxPlane: linuxPlaneSupport(),
  };
}
