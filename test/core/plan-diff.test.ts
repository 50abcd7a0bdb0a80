import { expect, it } from 'vitest';
import { isSame, type PlanDiff } from '../../src/core/plan-diff.ts';

const NO_NAMES = { added: [], removed: [], changed: [] };
const NOTHING: PlanDiff = {
  listeners: NO_NAMES,
  pools: NO_NAMES,
  backends: NO_NAMES,
  settings: [],
  needsRestart: [],
};

it('a difference is none where all its lists are empty', () => {
  expect(isSame(NOTHING)).toBe(true);
});

it('a name in any of its lists is a difference', () => {
  for (const kind of ['listeners', 'pools', 'backends'] as const)
    for (const what of ['added', 'removed', 'changed'] as const)
      expect(isSame({ ...NOTHING, [kind]: { ...NO_NAMES, [what]: ['web'] } })).toBe(false);
  expect(isSame({ ...NOTHING, settings: ['timeouts.drain'] })).toBe(false);
  expect(isSame({ ...NOTHING, needsRestart: ['workers'] })).toBe(false);
});
