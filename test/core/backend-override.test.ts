import { describe, expect, it } from 'vitest';
import { overriddenWeight } from '../../src/core/backend-override.ts';

const READY = { weight: null, admin: 'ready' } as const;

describe('the weight that a backend has by its configuration and by what was said at run time', () => {
  it.each([
    ['is that of the configuration where nobody said anything', 5, null, 5],
    ['is that of the configuration where nothing was said of it', 5, READY, 5],
    ['is what was said at run time', 5, { ...READY, weight: 9 }, 9],
    ['is 0 where 0 was said', 5, { ...READY, weight: 0 }, 0],
    ['is 0 while it drains', 5, { weight: 9, admin: 'drain' } as const, 0],
    ['is 0 in maintenance', 5, { weight: null, admin: 'maintenance' } as const, 0],
  ])('%s', (_, configured, override, weight) => {
    expect(overriddenWeight(configured, override)).toBe(weight);
  });
});
