/** What a file tells of an interface on which packets were caught. */
export interface CaughtNic {
  /** LINKTYPE_… of the registry of tcpdump.org. */
  readonly linkType: number;
  /** if_description; empty where there is none. */
  readonly description: string;
  /** Milliseconds of one tick of its timestamps. */
  readonly tickMs: number;
}

/** One of which nothing is known. */
export const NO_NIC: CaughtNic = { linkType: 0, description: '', tickMs: 1e-3 };

/** A packet as it was caught. */
export interface Packet {
  /** Where: what the file tells of the interface. */
  readonly nic: CaughtNic;
  /** A view of the file: what is left of the packet where only its beginning was kept. */
  readonly bytes: Uint8Array;
  /** How long it was. */
  readonly length: number;
  /** Milliseconds, on the clock of whoever caught it; 0 where the file has no times. */
  readonly at: number;
  /** Seen from whoever caught it; null where the file does not tell. */
  readonly isInbound: boolean | null;
}

/** What is in a file, up to the first place that cannot be read. */
export interface Caught {
  readonly packets: readonly Packet[];
  /** Why and where reading ended before the end of the file; null where it did not. */
  readonly cut: Cut | null;
}

/** Where the reading of a file ended before its end: a place that cannot be read, or a limit of ours. */
export interface Cut {
  /** Bytes of the file before it. */
  readonly at: number;
  readonly why: 'damage' | 'limit';
}
