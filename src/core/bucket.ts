/** The limits of a bucket; whoever shares it gives the same. */
export interface BucketLimits {
  /** Above 0. */
  readonly bytesPerSecond: number;
  /** Bytes that may pass at once after a pause; 0 = none. */
  readonly burst: number;
}

/** Buckets that all shards share, by name. */
export interface Buckets {
  /**
   * The bucket of a name, the same for whoever has it open. Where nobody had, it is full within the time in which the rate
   * earns a burst. null where there is no room for one more.
   */
  open(name: string): Bucket | null;
}

/** One's hand on a rate limit that several share. */
export interface Bucket {
  /** How many of all who share it hold bytes until these may pass, in all shards. */
  readonly waiting: number;
  /** Whole bytes that may pass now, of all together; 0 or more. */
  available(limits: BucketLimits): number;
  /** `bytes` pass. More than are available are owed: nothing is available until the rate has paid for them. */
  take(bytes: number, limits: BucketLimits): void;
  /** Whether this one holds bytes. While anybody does, nothing that is earned is lost to the burst. */
  wait(some: boolean, limits: BucketLimits): void;
  /** Gives the hand back, whatever it was doing; the last of a name frees its place. */
  close(): void;
}
