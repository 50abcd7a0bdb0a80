import type { Address } from './address.ts';
import type { AdminPlan, ToxiproxyPlan } from './admin-plan.ts';
import type { Cidr } from './cidr.ts';
import type { HealthPlan } from './health-plan.ts';
import type { AddressFamilies, ResolverPlan, ServicePlan } from './names.ts';
import type { OnDown, PassivePlan } from './passive-plan.ts';
import type { PortRange, SocketOptions } from './ports.ts';
import type { PreconnectPlan } from './preconnect.ts';
import type { HashKey, QueuePlan, StickyPlan } from './queue-plan.ts';
import type { RoutePlan } from './route-plan.ts';
import {
  type KnownProtocol,
  PROTOCOLS,
  type Protocol,
  type ProtocolRulePlan,
  type Sniffed,
} from './sniffed.ts';
import type { TelemetryPlan } from './telemetry-plan.ts';
import type { ConnectTlsPlan, ListenerTlsPlan } from './tls.ts';

export { type AdminPlan, type ToxiproxyPlan, TRACE_ID_PLACE } from './admin-plan.ts';
export type { ChaosPlan } from './chaos-plan.ts';
export type { HealthPlan } from './health-plan.ts';
export type { ServicePlan } from './names.ts';
export { ON_DOWN, type OnDown, type PassivePlan } from './passive-plan.ts';
export { HASH_KEYS, type HashKey, type QueuePlan, type StickyPlan } from './queue-plan.ts';
export type { RouteAction, RouteMatch, RoutePlan } from './route-plan.ts';
export { STAGE_KINDS, type StagePlan } from './stage-plan.ts';
export type { TelemetryPlan, TraceMatchPlan, TraceRulesPlan } from './telemetry-plan.ts';
export { type KnownProtocol, PROTOCOLS, type Protocol, type Sniffed };

/** Listeners a plan can have, those that a reload took away included. */
export const LISTENERS_MAX = 1024;

/** Highest number of a route's priority in the queue of a pool; the lowest is the negative of it. */
export const QUEUE_PRIORITY_MAX = 1000;

/** Shards a service can have. */
export const SHARDS_MAX = 64;

/**
 * A config compiled: complete, validated, with every default filled in and every name turned into an index. Plain data,
 * so that it can be sent to a shard as it stands. All times in milliseconds, sizes in bytes, rates in bytes per second.
 *
 * An index stands for the same listener, pool or backend in every plan of a service, so that counters, rows and facts of
 * connections that began under an older plan stay right. What a reload takes away stays in its place as `retired` until
 * nothing of it is left and another takes the place.
 */
export interface Plan {
  /** Grows by one with each plan a service runs. */
  readonly version: number;
  readonly listeners: readonly ListenerPlan[];
  readonly pools: readonly PoolPlan[];
  /** All backends of all pools; the position is the row in the upstream table. */
  readonly backends: readonly BackendPlan[];
  /** What clients are recognised by besides the sniffers, in the order of the file. */
  readonly protocolRules: readonly ProtocolRulePlan[];
  /** What runs the connection chart: its table, or XState's own interpreter. */
  readonly machineEngine: MachineEngine;
  /** What makes the service read its file again besides SIGHUP: nothing, or that the file has changed. */
  readonly reload: 'signal' | 'watch';
  readonly socket: SocketOptions;
  readonly resolver: ResolverPlan;
  readonly limits: {
    readonly connections: LimitWithSource;
    /** Descriptors the process may have; null where the system does not tell. */
    readonly descriptors: number | null;
  };
  /** Threads for shards; 0: one shard on the main thread. */
  readonly workers: {
    readonly count: number;
    readonly reason: string;
    /** Pipes that each shard of the linux plane may have at once; 0 = none, and every byte is copied. */
    readonly pipes: number;
    /** Whether shards of the linux plane look for events for a moment before they wait for them. */
    readonly busyPoll: boolean;
  };
  /** The shards, in groups of one plane each. Numbers run on from group to group; a plan for the main thread has one shard. */
  readonly groups: readonly ShardGroup[];
  /** A shard that gives no sign of life for so long is replaced; 0 = never. */
  readonly hangMs: number;
  readonly telemetry: TelemetryPlan;
  readonly admin: AdminPlan | null;
  /** Where Toxiproxy's HTTP API is served; absent = nowhere. */
  readonly toxiproxy?: ToxiproxyPlan;
  /**
   * Names of listeners whose connections under older plans are reset when this plan is put in force, instead of being let
   * finish. Absent = none.
   */
  readonly resets?: readonly string[];
  /** How long a stopping service lets connections finish. */
  readonly drainMs: number;
}

/** A limit and where it comes from, for `sluice check`. */
export interface LimitWithSource {
  readonly value: number;
  readonly reason: string;
}

export type PlaneName = 'net' | 'linux' | 'memory';

/** What a configuration can ask for: `auto` is `linux` where that can be had, else `net`. */
export const PLANE_CHOICES = ['auto', 'net', 'linux'] as const;
export type PlaneChoice = (typeof PLANE_CHOICES)[number];

export const MACHINE_ENGINES = ['compiled', 'interpreter'] as const;
export type MachineEngine = (typeof MACHINE_ENGINES)[number];

/** Shards of one plane: the numbers `first` to `first + count - 1`. */
export interface ShardGroup {
  readonly plane: PlaneName;
  readonly first: number;
  readonly count: number;
  readonly reason: string;
}

export interface ListenerPlan {
  readonly index: number;
  readonly name: string;
  /** Taken away by a reload: accepts nobody; its connections are let finish. */
  readonly retired: boolean;
  /** An operator wants nobody accepted for now; its connections live on. Absent: accepts. */
  readonly drained?: boolean;
  readonly listen: Address;
  readonly plane: { readonly name: PlaneName; readonly reason: string };
  /** Who accepts: every shard of the plane's group (SO_REUSEPORT), or the shard of this number alone. */
  readonly accept: { readonly shards: 'every' | number; readonly reason: string };
  readonly sniff: { readonly timeoutMs: number; readonly bytesMax: number };
  readonly limits: ListenerLimits;
  readonly access: { readonly allow: readonly Cidr[]; readonly deny: readonly Cidr[] };
  /** null: no PROXY header is looked for, and one that comes is bytes like any others. */
  readonly proxyIn: ProxyInPlan | null;
  /** null: nothing is terminated here. */
  readonly tls: ListenerTlsPlan | null;
  readonly transparent: TransparentMode;
  readonly routes: readonly RoutePlan[];
  readonly timeouts: Timeouts;
}

/** `redirect`: clients were sent here by a REDIRECT or DNAT rule; `tproxy`: by a TPROXY rule. */
export const TRANSPARENT_MODES = ['off', 'redirect', 'tproxy'] as const;
export type TransparentMode = (typeof TRANSPARENT_MODES)[number];

/** How PROXY headers of clients are taken. */
export interface ProxyInPlan {
  /** A client without a header is taken as it is, or turned away. */
  readonly required: boolean;
  /** Who may send one; a header of anybody else ends the connection. */
  readonly trusted: readonly Cidr[];
  /** How long a client may take for its header. */
  readonly timeoutMs: number;
}

export type OnLimit = 'reset' | 'close' | 'wait';

export interface ListenerLimits {
  /** Connections of this listener at once; 0 = no limit but the process's. */
  readonly connections: number;
  /** Connections of one client address at once; 0 = no limit. Clients of a Unix socket count as one address. */
  readonly connectionsPerIp: number;
  /** Connections accepted a second, with a burst of one second's worth; 0 = no limit. */
  readonly acceptRate: number;
  readonly onLimit: OnLimit;
  /** With `wait`: how many may wait at once; the next is reset. */
  readonly waitingMax: number;
}

/** Each deadline of a connection; 0 = never. */
export interface Timeouts {
  readonly idleMs: number;
  readonly writeStallMs: number;
  readonly halfClosedMs: number;
  readonly lingerMs: number;
  /** How long a connection may wait for a place under `on_limit: wait`. */
  readonly queueMs: number;
}

export const BALANCE_POLICIES = [
  'round_robin',
  'weighted_round_robin',
  'least_connections',
  'ip_hash',
  'hash',
  'maglev',
  'random',
  'two_choices',
  'ewma',
] as const;
export type BalancePolicy = (typeof BALANCE_POLICIES)[number];

export interface HashPlan {
  readonly on: HashKey;
  /** With `proxy_tlv`: the type, 0 to 255. */
  readonly tlv: number;
  /** With `maglev`: load that a backend may have, in percent of its fair share, before its keys go elsewhere; 0 = any. */
  readonly boundedLoadPercent: number;
  /** With `maglev`: slots of the table, a prime number. */
  readonly tableSize: number;
}

/** Priorities that backends of a pool can have, from 0. */
export const PRIORITIES = 16;

export interface PoolPlan {
  readonly index: number;
  readonly name: string;
  /** Taken away by a reload: no longer probed, chosen only by connections of an older plan. */
  readonly retired: boolean;
  readonly balance: BalancePolicy;
  /** How `hash` and `maglev` hash; of no meaning to the others. */
  readonly hash: HashPlan;
  /** A priority with a smaller share of backends that are not unhealthy is left, or its health ignored; 0 = never. */
  readonly panicPercent: number;
  /** For how long a backend that came back gets less than its share; 0 = not at all. */
  readonly slowStartMs: number;
  /** Rows of this pool's backends in `Plan.backends`, in the order of the file; those of services come last. */
  readonly backends: readonly number[];
  /** Services whose servers are backends of this pool. */
  readonly services: readonly ServicePlan[];
  /** null: backends are not probed and count as healthy. */
  readonly health: HealthPlan | null;
  /** null: backends are not ejected for what happens to connections. */
  readonly passive: PassivePlan | null;
  readonly onDown: OnDown;
  /** Sessions moved a second to a backend that came back; 0 = none. */
  readonly rebalancePerSecond: number;
  readonly connect: ConnectPlan;
  /** Connections to all its backends at once; 0 = no limit. Those that began under a plan without one are not counted. */
  readonly connectionsMax: number;
  /** null: a connection that finds no place is turned away at once. */
  readonly queue: QueuePlan | null;
  /** How a connection is told that there is no place, nor one in the queue: by RST, or by FIN. */
  readonly onFull: 'reset' | 'close';
  /** null: a client gets whatever backend the policy chooses. */
  readonly sticky: StickyPlan | null;
  /** null: a backend is connected to when a client needs it. */
  readonly preconnect: PreconnectPlan | null;
}

export interface ConnectPlan {
  /** Of one attempt at a backend, over all its addresses. */
  readonly timeoutMs: number;
  /** Of all attempts of a connection together, with the waits between them; 0 = no such deadline. */
  readonly deadlineMs: number;
  /** From one address of a backend to the next, where the one before has not answered. */
  readonly attemptDelayMs: number;
  /** Attempts after the first; 0 = the first failure ends the connection. */
  readonly retries: number;
  /** A client's FIN before a backend was reached ends the connection instead of being kept. */
  readonly abortOnFin: boolean;
  /** The local IP address to connect to TCP backends from; `client` = the client's own (IP_TRANSPARENT); null = the system's choice. */
  readonly source: string | null;
  /** Local ports to connect from, the first and the last of a range; null = the system's choice. */
  readonly sourcePorts: PortRange | null;
  readonly proxyOut: ProxyOutPlan | null;
  readonly tls: ConnectTlsPlan | null;
}

/** The PROXY header that is sent to backends. */
export interface ProxyOutPlan {
  readonly version: 1 | 2;
  /** Of version 2: which TLVs go with it. */
  readonly tlvs: readonly ProxyOutTlv[];
}

/** `trace`: the trace context of this connection, for a Sluice behind this one. */
export const PROXY_OUT_TLVS = ['alpn', 'authority', 'ssl', 'unique_id', 'crc32c', 'trace'] as const;
export type ProxyOutTlv = (typeof PROXY_OUT_TLVS)[number];

export interface BackendPlan {
  readonly row: number;
  readonly pool: number;
  readonly name: string;
  /** Taken away by a reload; as `PoolPlan.retired`. */
  readonly retired: boolean;
  readonly address: Address;
  /** Which addresses of a name are used; of no meaning where `address` is no name. */
  readonly resolve: AddressFamilies;
  /** Connections go where their redirected client wanted to; `address` stands for none then. */
  readonly original: boolean;
  /** 1 to 256. */
  readonly weight: number;
  /** 0 to `PRIORITIES` - 1; a higher number is used only when no lower one can be. */
  readonly priority: number;
  /** Used only when no backend that is no backup can be, whatever their priorities. */
  readonly backup: boolean;
  /** Connections to this backend at once; 0 = no limit. */
  readonly connectionsMax: number;
  /** Connections that are begun to it in a second, with a burst of one second's worth; 0 = no limit. */
  readonly connectRate: number;
}
