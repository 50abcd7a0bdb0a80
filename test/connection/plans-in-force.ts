import type { ListenerPlan, Plan } from '../../src/core/plan.ts';
import { withListeners } from './plan.ts';
import type { Shards } from './shards.ts';

/** The plan after this one, with these listeners. */
export const next = (plan: Plan, ...listeners: readonly Partial<ListenerPlan>[]): Plan =>
  withListeners({ ...plan, version: plan.version + 1 }, ...listeners);

/** Versions of the plans that live connections have. */
export function versions({ shards }: Shards, ids: readonly number[]): (number | undefined)[] {
  return ids.map((id) => shards[0]?.registry.get(id)?.plan.version);
}

/** All connections that were opened, in order. */
export const idsOf = ({ facts }: Shards): number[] =>
  facts.filter((fact) => fact.kind === 'opened').map(({ connection }) => connection);
