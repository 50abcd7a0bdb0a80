import { describe, expect, it } from 'vitest';
import { diffPlans, parseConfig, settlePlan } from '../../src/config/index.ts';
import type { Plan } from '../../src/core/plan.ts';
import { isSame } from '../../src/core/plan-diff.ts';
import { ENVIRONMENT } from './support/cases.ts';

const NONE = { listeners: new Set<number>(), pools: new Set<number>(), backends: new Set<number>() };

/** A listener to `web` with these stages, and these pools of one backend each. */
function planOf(stages: string, pools: readonly string[]): Plan {
  const text = `
listeners: [{ name: edge, listen: 127.0.0.1:8080, to: web, stages: [${stages}] }]
pools:
${pools.map((pool) => `  ${pool}: { backends: [${pool}.internal:80] }`).join('\n')}
`;
  return parseConfig(text, 'test.yaml', { ...ENVIRONMENT, descriptorLimit: 1064 }).plan;
}

/** Names of the pools that the mirrors of a plan go to. */
function mirrorsOf(plan: Plan): (string | undefined)[] {
  return plan.listeners.flatMap(({ routes }) =>
    routes.flatMap(({ stages }) =>
      stages.flatMap((stage) => (stage.kind === 'mirror' ? [plan.pools[stage.pool]?.name] : [])),
    ),
  );
}

describe('mirrors in a reload', () => {
  const before = planOf('{ mirror: { to: shadow } }', ['web', 'shadow']);

  it('keep their pools where these have other places in the new file', () => {
    const next = planOf('{ mirror: { to: shadow } }', ['added', 'shadow', 'web']);
    const settled = settlePlan(before, next, NONE);
    expect(mirrorsOf(settled)).toEqual(['shadow']);
    expect(settled.pools.map(({ name }) => name)).toEqual(['web', 'shadow', 'added']);
  });

  it('keep the place of a pool that a retired listener still mirrors to', () => {
    const other = parseConfig(
      'listeners: [{ name: other, listen: 127.0.0.1:8081, to: new }]\npools: { new: { backends: [new.internal:80] } }\n',
      'test.yaml',
      ENVIRONMENT,
    ).plan;
    const free = { ...NONE, pools: new Set([0, 1]), backends: new Set([0, 1]) };
    expect(mirrorsOf(settlePlan(before, other, free))).toEqual(['shadow']);
  });

  it('are no change where only the places of pools are others, and one where the pool is another', () => {
    const moved = planOf('{ mirror: { to: shadow } }', ['shadow', 'web']);
    expect(isSame(diffPlans(before, moved))).toBe(true);
    const other = planOf('{ mirror: { to: web } }', ['web', 'shadow']);
    expect(diffPlans(before, other).listeners.changed).toEqual(['edge']);
  });
});

describe('descriptors', () => {
  it.each([
    ['{ mirror: { to: shadow } }', 3],
    ['{ mirror: { to: shadow, direction: both } }', 4],
    ['{ mirror: { to: shadow } }, { mirror: { to: web, direction: down } }', 4],
  ])('of %s are %i for each connection', (stages, each) => {
    expect(planOf(stages, ['web', 'shadow']).limits.connections.reason).toContain(
      `${each} for each connection`,
    );
  });
});
