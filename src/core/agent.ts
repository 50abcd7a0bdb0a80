/** What one line of an agent says; null = it does not speak of that, and what it said before holds. */
export interface AgentWords {
  /** Of the configured weight; 0 = no new connections. */
  readonly percent: number | null;
  readonly admin: AgentAdmin | null;
  readonly health: 'up' | 'down' | 'fail' | 'stopped' | null;
  /** What follows a `#`; '' = nothing. */
  readonly reason: string;
  /** Connections at once; 0 = no limit of the agent's. */
  readonly connectionsMax: number | null;
  /** Words that mean nothing, which are ignored, as they were written. */
  readonly unknown: readonly string[];
}

/** `drain` and `maint` both keep new connections away. */
export const AGENT_ADMINS = ['ready', 'drain', 'maint'] as const;
export type AgentAdmin = (typeof AGENT_ADMINS)[number];

/** All that the agent of a backend has said so far. */
export interface AgentState {
  /** null = it has never spoken of it. */
  readonly percent: number | null;
  readonly admin: AgentAdmin;
  readonly down: boolean;
  /** 0 = no limit. */
  readonly connectionsMax: number;
}

export const AGENT_SILENT: AgentState = { percent: null, admin: 'ready', down: false, connectionsMax: 0 };

/** Most that an agent can make of a weight, in percent: 256 times of it, as in HAProxy. */
export const AGENT_PERCENT_MAX = 25_600;
/** More connections than this are no limit that anybody reaches. */
export const AGENT_CONNECTIONS_MAX = 10_000_000;

/** The state after a line: what it does not speak of stays. */
export function afterWords(before: AgentState, words: AgentWords): AgentState {
  return {
    percent: words.percent ?? before.percent,
    admin: words.admin ?? before.admin,
    down: words.health === null ? before.down : words.health !== 'up',
    connectionsMax: words.connectionsMax ?? before.connectionsMax,
  };
}

/** The weight by which a backend gets connections: a part of 1 is a part. 0 = no new ones. */
export function effectiveWeight(
  weight: number,
  { percent, admin }: Pick<AgentState, 'percent' | 'admin'>,
): number {
  if (admin !== 'ready') return 0;
  return percent === null ? weight : (weight * percent) / 100;
}

/** The smaller of two limits of which 0 is none. */
export function lowerLimit(one: number, other: number): number {
  if (one === 0 || other === 0) return one + other;
  return Math.min(one, other);
}

/** What a state makes of its backend, in the words of the protocol: `75% ready maxconn:30`. */
export function formatAgentState({ percent, admin, down, connectionsMax }: AgentState): string {
  return [
    ...(percent === null ? [] : [`${percent}%`]),
    admin,
    ...(down ? ['down'] : []),
    ...(connectionsMax === 0 ? [] : [`maxconn:${connectionsMax}`]),
  ].join(' ');
}

const ADMIN_MASK = 3;
const DOWN_BIT = 4;
const PERCENT_SHIFT = 3;

/** A state but for its limit of connections as one number of 32 bits; 0 = as if nothing had been said. */
export function packAgentState({ percent, admin, down }: AgentState): number {
  const share = percent === null ? 0 : percent + 1;
  return (share << PERCENT_SHIFT) | (down ? DOWN_BIT : 0) | AGENT_ADMINS.indexOf(admin);
}

/** What `packAgentState` made. */
export function unpackAgentState(packed: number, connectionsMax: number): AgentState {
  const share = packed >> PERCENT_SHIFT;
  return {
    percent: share === 0 ? null : share - 1,
    admin: AGENT_ADMINS[packed & ADMIN_MASK] ?? 'ready',
    down: (packed & DOWN_BIT) !== 0,
    connectionsMax,
  };
}

/** `effectiveWeight` of a packed state, for the path of a connection: allocates nothing. */
export function packedWeight(weight: number, packed: number): number {
  if ((packed & ADMIN_MASK) !== 0) return 0;
  const share = packed >> PERCENT_SHIFT;
  return share === 0 ? weight : (weight * (share - 1)) / 100;
}
