import { describe, expect, it } from 'vitest';
import { type FreeSlots, parseConfig, settlePlan } from '../../src/config/index.ts';
import type { Plan } from '../../src/core/plan.ts';
import { ENVIRONMENT } from './support/cases.ts';
import { messageOf } from './support/message-of.ts';

const NONE: FreeSlots = { listeners: new Set(), pools: new Set(), backends: new Set() };

describe('slots', () => {
  const listeners = (from: number, count: number): string => {
    const list = Array.from({ length: count }, (_, i) => ({
      name: `l${from + i}`,
      listen: 'localhost:0',
      to: 'web',
    }));
    return JSON.stringify({ listeners: list, pools: { web: { backends: ['10.0.0.1:80'] } } });
  };
  const backends = (from: number, count: number): string => {
    const list = Array.from({ length: count }, (_, i) => `10.0.0.1:${from + i}`);
    return JSON.stringify({
      listeners: [{ name: 'edge', listen: 'localhost:0', to: 'web' }],
      pools: { web: { backends: list } },
    });
  };
  const plan = (text: string): Plan => parseConfig(text, 'x.yaml', ENVIRONMENT).plan;

  it('run out at 1024 listeners, those that still have connections included', () => {
    let current = plan(listeners(0, 256));
    for (const from of [256, 512, 768]) current = settlePlan(current, plan(listeners(from, 256)), NONE);
    expect(current.listeners).toHaveLength(1024);
    const next = plan(listeners(1024, 1));
    expect(messageOf(() => settlePlan(current, next, NONE))).toBe(
      'the 1024 listeners that a running service can have are not enough: some were taken away by a reload and still have connections; expected fewer new ones, or the same after a restart',
    );
    const settled = settlePlan(current, next, { ...NONE, listeners: new Set([7]) });
    expect(settled.listeners[7]).toMatchObject({ name: 'l1024', retired: false });
    expect(settled.listeners).toHaveLength(1024);
  });

  it('run out at 4096 backends', () => {
    const current = settlePlan(plan(backends(1, 2048)), plan(backends(2049, 2048)), NONE);
    expect(current.backends).toHaveLength(4096);
    expect(messageOf(() => settlePlan(current, plan(backends(4097, 1)), NONE))).toContain(
      'the 4096 backends',
    );
    const settled = settlePlan(current, plan(backends(4097, 1)), { ...NONE, backends: new Set([5]) });
    expect(settled.pools[0]?.backends).toEqual([5]);
  });
});
