import { describe, expect, it } from 'vitest';
import { effectiveWeight } from '../../src/core/backend-override.ts';

const READY = { weight: null, admin: 'ready' } as const;

describe('the weight that a backend is picked by', () => {
  it.each([
    ['is that of the configuration where nobody said anything', { configured: 5, override: null }, 5],
    ['is what was said at run time', { configured: 5, override: { ...READY, weight: 9 } }, 9],
    ['is 0 where 0 was said', { configured: 5, override: { ...READY, weight: 0 } }, 0],
    ['is 0 while it drains', { configured: 5, override: { weight: 9, admin: 'drain' } as const }, 0],
    ['is 0 in maintenance', { configured: 5, override: { weight: null, admin: 'maintenance' } as const }, 0],
    ['is the share of an agent', { configured: 10, override: null, agentPercent: 45 }, 5],
    [
      'is the share of what was said',
      { configured: 1, override: { ...READY, weight: 10 }, agentPercent: 20 },
      2,
    ],
    ['is never 0 by rounding', { configured: 1, override: null, agentPercent: 1 }, 1],
    ['is 0 where the agent takes nothing', { configured: 9, override: null, agentPercent: 0 }, 0],
    ['is no more than the whole', { configured: 9, override: null, agentPercent: 300 }, 9],
  ])('%s', (_, parts, weight) => {
    expect(effectiveWeight(parts)).toBe(weight);
  });
});
