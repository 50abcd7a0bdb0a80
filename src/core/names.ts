import type { Cancellable } from './ports.ts';

/** Which addresses of a name are asked for and used. */
export const ADDRESS_FAMILIES = ['both', 'ipv4', 'ipv6'] as const;
export type AddressFamilies = (typeof ADDRESS_FAMILIES)[number];

/** Addresses of one name that are kept; more are left out. */
export const NAME_ADDRESSES_MAX = 64;

/** Targets of one SRV name that become backends; more are left out, the last by priority and weight. */
export const SERVICE_TARGETS_MAX = 64;

/** One SRV record (RFC 2782). */
export interface ServiceRecord {
  /** 0 to 65535; the lowest is used first. */
  readonly priority: number;
  /** 0 to 65535; 0 = as little as can be, beside others. */
  readonly weight: number;
  readonly port: number;
  /** A name, without a dot at its end. */
  readonly target: string;
}

/** What a name is asked for: its addresses (A, AAAA), or the servers of a service (SRV). */
export type NameKind = 'address' | 'service';

export interface NameQuestion {
  readonly kind: NameKind;
  readonly name: string;
  /** Of no meaning for a service. */
  readonly families: AddressFamilies;
}

/** What is known of a name by one asking. */
export type NameAnswer =
  | {
      readonly kind: 'found';
      /** IP literals in the order of the answer; none for a service. */
      readonly addresses: readonly string[];
      /** None for addresses. */
      readonly services: readonly ServiceRecord[];
      /** How long it may be used, as the servers say; the least of all records. */
      readonly ttlMs: number;
      /** A family that could not be asked for: what was known of it before stays. null = none. */
      readonly lacks: 'ipv4' | 'ipv6' | null;
    }
  | {
      readonly kind: 'failed';
      /** `NXDOMAIN`, `NODATA` (the name has none of this kind), `SERVFAIL`, `timeout` … */
      readonly cause: string;
      /** How long that may be believed (RFC 2308); null = nobody said. */
      readonly ttlMs: number | null;
    };

/** Asks for a name. `done` is called once, later than in this call; never after `cancel`. */
export type Lookup = (question: NameQuestion, done: (answer: NameAnswer) => void) => Cancellable;

/** Addresses of names, as control tells them to shards; null = the name is not known any more. */
export type NameAddresses = Readonly<Record<string, readonly string[] | null>>;

/** How names are resolved. Times in milliseconds. */
export interface ResolverPlan {
  /** Who is asked; null = as the system is set up (/etc/hosts, /etc/resolv.conf). */
  readonly servers: readonly { readonly host: string; readonly port: number }[] | null;
  /** Of one question to one server. */
  readonly timeoutMs: number;
  /** Rounds through the servers before a name counts as failed. */
  readonly attempts: number;
  /** Bounds of the time after which a name is asked for again, whatever its TTL. */
  readonly ttlMsMin: number;
  readonly ttlMsMax: number;
  /** Longest wait after a name was not found, or nobody answered. */
  readonly negativeTtlMs: number;
}

/** How a name stands, for metrics and status. */
export interface NameStatus {
  readonly kind: NameKind;
  readonly name: string;
  /** What it stands for now: addresses, or `target:port` of a service. */
  readonly values: readonly string[];
  /** Wall time in milliseconds since 1970 at which that was last confirmed; null = never. */
  readonly confirmed: number | null;
  /** Why the last asking failed; null = it did not. */
  readonly cause: string | null;
  /** Askings that failed, since the name is watched. */
  readonly failures: number;
}

/** A name with SRV records (RFC 2782): each of its servers is a backend, named `target:port`, as long as it is told. */
export interface ServicePlan {
  readonly name: string;
  /** As `BackendPlan.resolve`, of the targets. */
  readonly resolve: AddressFamilies;
  readonly backup: boolean;
  readonly connectionsMax: number;
  readonly connectRate: number;
}
