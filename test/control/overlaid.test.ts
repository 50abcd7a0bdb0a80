import { describe, expect, test } from 'vitest';
import { diffPlans } from '../../src/config/index.ts';
import { Overlaid } from '../../src/control/overlaid.ts';
import type { Address } from '../../src/core/address.ts';
import { isSame } from '../../src/core/plan-diff.ts';
import type { Edit } from '../../src/toxiproxy/index.ts';
import { planOf } from './plans.ts';

const BASE = planOf({ web: '127.0.0.1:8080', free: '127.0.0.1:0' });
const BOUND = { web: '127.0.0.1:8080', free: '127.0.0.1:4711' };
const LISTEN: Address = { kind: 'tcp', host: '127.0.0.1', port: 26_379 };
const REDIS: Edit = {
  kind: 'put',
  proxy: { name: 'redis', listen: LISTEN, upstream: { ...LISTEN, port: 6379 }, enabled: true },
};
const close = (name: string): Edit => ({ kind: 'enable', name, enabled: false });

const names = ({ listeners }: { listeners: readonly { name: string }[] }) =>
  listeners.map(({ name }) => name);

describe('what a service was asked for besides its configuration', () => {
  test('is kept once it is in force, and not before', () => {
    const overlaid = new Overlaid(BASE);
    overlaid.edited([REDIS], BOUND);
    expect(names(overlaid.under(BASE).plan)).toEqual(['web', 'free']);
    overlaid.edited([REDIS], BOUND).taken?.();
    expect(names(overlaid.under(BASE).plan)).toEqual(['web', 'free', 'redis']);
  });

  test('stays over a reload of the configuration, which is what later changes are made to', () => {
    const overlaid = new Overlaid(BASE);
    overlaid.edited([REDIS, close('web')], BOUND).taken?.();
    const next = planOf({ web: '127.0.0.1:8081', more: '127.0.0.1:8082' });
    const reloaded = overlaid.under(next);
    expect(names(reloaded.plan)).toEqual(['more', 'redis']);
    reloaded.taken?.();
    const open = overlaid.edited([{ kind: 'enable', name: 'web', enabled: true }], BOUND);
    expect(names(open.plan)).toEqual(['web', 'more', 'redis']);
  });

  test('forgets that a listener is closed which the configuration no longer has', () => {
    const overlaid = new Overlaid(BASE);
    overlaid.edited([close('web')], BOUND).taken?.();
    overlaid.under(planOf({ free: '127.0.0.1:0' })).taken?.();
    expect(names(overlaid.under(BASE).plan)).toEqual(['web', 'free']);
  });

  test('resets the connections of what is closed, and of nothing in a reload', () => {
    const overlaid = new Overlaid(BASE);
    const closed = overlaid.edited([close('free')], BOUND);
    expect(closed.plan.resets).toEqual(['free']);
    closed.taken?.();
    expect(overlaid.under(BASE).plan.resets ?? []).toEqual([]);
    const open = overlaid.edited([{ kind: 'enable', name: 'free', enabled: true }], {});
    expect(open.plan.listeners[1]?.listen).toMatchObject({ port: 4711 });
  });

  test('knows which listeners and run-time proxies are closed', () => {
    const overlaid = new Overlaid(BASE);
    overlaid.edited([REDIS, close('web')], BOUND).taken?.();
    const disabled = () => ['web', 'free', 'redis', 'none'].filter((name) => overlaid.isDisabled(name));
    expect(disabled()).toEqual(['web']);
    overlaid.edited([close('redis'), { kind: 'enable', name: 'web', enabled: true }], BOUND).taken?.();
    expect(disabled()).toEqual(['redis']);
  });

  test('drains a listener and a run-time proxy by name, over a reload, until they are resumed', () => {
    const overlaid = new Overlaid(BASE);
    overlaid.edited([REDIS], BOUND).taken?.();
    const drained = () =>
      overlaid
        .under(BASE)
        .plan.listeners.filter((listener) => listener.drained)
        .map(({ name }) => name);
    overlaid.drained('web', true, BOUND).taken?.();
    overlaid.drained('redis', true, BOUND).taken?.();
    overlaid.drained('nobody', true, BOUND).taken?.();
    expect(drained()).toEqual(['web', 'redis']);
    expect(names(overlaid.under(BASE).plan), 'it stays in the plan').toEqual(['web', 'free', 'redis']);
    overlaid.edited([], BOUND).taken?.();
    overlaid.drained('web', false, BOUND).taken?.();
    expect(drained()).toEqual(['redis']);
  });

  test('gives a listener with a free port the same one when it is resumed, and forgets one that the configuration no longer has', () => {
    const overlaid = new Overlaid(BASE);
    overlaid.drained('free', true, BOUND).taken?.();
    const resumed = overlaid.drained('free', false, {});
    expect(resumed.plan.listeners[1]?.listen).toMatchObject({ port: 4711 });
    overlaid.under(planOf({ web: '127.0.0.1:8080' })).taken?.();
    expect(overlaid.under(BASE).plan.listeners.some((listener) => listener.drained)).toBe(false);
  });

  test('is told as a change of the listener alone', () => {
    const overlaid = new Overlaid(BASE);
    const diff = diffPlans(BASE, overlaid.drained('web', true, BOUND).plan);
    expect(diff.listeners).toEqual({ added: [], removed: [], changed: ['web'] });
    expect(isSame(diffPlans(BASE, overlaid.drained('web', false, BOUND).plan))).toBe(true);
  });
});
