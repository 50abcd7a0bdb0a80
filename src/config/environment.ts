import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { linuxPlaneSupport } from '../plane/linux/index.ts';
import { readDescriptorLimit } from './descriptors.ts';
import { readFileOrWhy } from './read-file.ts';

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
  /** The first bytes of a file, at most so many; in words why it cannot be read. Never throws. */
  readonly readFile: (file: string, bytesMax: number) => Uint8Array | string;
  /** Wall time in milliseconds since 1970, for the expiry of certificates. */
  readonly now: number;
  /** 48 bytes as hex that session tickets are sealed with, the same for every plan of a service; null = no tickets. */
  readonly ticketKeys: string | null;
  /** Variables of the environment, of which OTEL_TRACES_SAMPLER and its argument are read. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** Made once for a process, so that clients can resume across shards and reloads. Nothing shows it. */
const TICKET_KEYS = randomBytes(48).toString('hex');

/** The environment of this process. */
export function readEnvironment(): Environment {
  return {
    descriptorLimit: readDescriptorLimit(process.platform),
    platform: process.platform,
    nodeVersion: process.version,
    cores: availableParallelism(),
    linuxPlane: linuxPlaneSupport(),
    readFile: readFileOrWhy,
    now: Date.now(),
    ticketKeys: TICKET_KEYS,
    variables: process.env,
  };
}
