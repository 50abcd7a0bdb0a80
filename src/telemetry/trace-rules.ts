import { parseAddress } from '../core/address.ts';
import { anyCidrContains } from '../core/cidr.ts';
import { isClean } from '../core/close-reason.ts';
import type { ClosedFact } from '../core/facts.ts';
import type { Plan, TraceMatchPlan, TraceRulesPlan } from '../core/plan.ts';

/** Why a trace is kept: the share decided at accept, or the first of the rules that holds. */
export const TRACE_KEPT_BY = ['sample', 'failed', 'slow', 'match'] as const;
export type TraceKeptBy = (typeof TRACE_KEPT_BY)[number];

/** What decides when a connection has ended. */
export type TraceRule = Exclude<TraceKeptBy, 'sample'>;
export const TRACE_RULES = TRACE_KEPT_BY.slice(1) as readonly TraceRule[];

/** The rule by which a connection that has ended is traced though it was not sampled; null where none holds. */
export function ruleFor(rules: TraceRulesPlan, plan: Plan, fact: ClosedFact): TraceRule | null {
  if (rules.failed && !isClean(fact.reason)) return 'failed';
  if (isSlow(rules, fact)) return 'slow';
  return rules.matches.some((match) => fits(match, plan, fact)) ? 'match' : null;
}

function isSlow({ setupOverMs, firstByteOverMs, lastedOverMs }: TraceRulesPlan, fact: ClosedFact): boolean {
  return (
    (setupOverMs > 0 && setupMs(fact) > setupOverMs) ||
    (firstByteOverMs > 0 && fact.firstByteMs > firstByteOverMs) ||
    (lastedOverMs > 0 && fact.at - fact.opened > lastedOverMs)
  );
}

/** From accept to the relay; to the end where none began. */
function setupMs({ visits, opened, at }: ClosedFact): number {
  return (visits.find(({ state }) => state === 'streaming')?.from ?? at) - opened;
}

function fits(match: TraceMatchPlan, plan: Plan, fact: ClosedFact): boolean {
  return (
    isOneOf(match.listeners, plan.listeners[fact.listener]?.name) &&
    isOneOf(match.pools, plan.pools[fact.pool]?.name) &&
    isOneOf(match.reasons, fact.reason) &&
    isOneOf(match.protocols, fact.protocol) &&
    (match.clients === null || comesFrom(match.clients, fact.client))
  );
}

function isOneOf<T>(wanted: readonly T[] | null, value: T | null | undefined): boolean {
  return wanted === null || (value != null && wanted.includes(value));
}

/** A client on a Unix socket comes from no network. */
function comesFrom(networks: NonNullable<TraceMatchPlan['clients']>, client: string): boolean {
  const address = parseAddress(client);
  return typeof address !== 'string' && address.kind === 'tcp' && anyCidrContains(networks, address.host);
}
