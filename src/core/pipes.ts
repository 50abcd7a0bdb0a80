/** Pipes that a shard of the linux plane has at most, of two descriptors each. */
export const PIPES_MAX = 32;

/** One pipe for so many descriptors of the process, shared out among the shards. */
const DESCRIPTORS_PER_PIPE = 32;

/** How many pipes each of `shards` shards may have, so that they leave descriptors to connections; null = no limit is known. */
export function pipesPerShard(descriptorLimit: number | null, shards: number): number {
  if (descriptorLimit === null) return PIPES_MAX;
  return Math.min(PIPES_MAX, Math.floor(descriptorLimit / (DESCRIPTORS_PER_PIPE * Math.max(1, shards))));
}
