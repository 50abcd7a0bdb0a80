import { describe, expect, it } from 'vitest';
import { diffPlans, overlayPlan, parseConfig, settlePlan } from '../../src/config/index.ts';
import type { Address } from '../../src/core/address.ts';
import { isSame } from '../../src/core/plan-diff.ts';
import { NO_OVERLAY, type Overlay, type RunTimeProxy } from '../../src/core/run-time-proxy.ts';
import { planOf } from '../control/plans.ts';
import { ENVIRONMENT } from './support/cases.ts';

const BASE = planOf({ web: '127.0.0.1:8080', free: '127.0.0.1:0' });
const FREE = { listeners: new Set<number>(), pools: new Set<number>(), backends: new Set<number>() };

const tcp = (port: number, host = '127.0.0.1'): Address => ({ kind: 'tcp', host, port });

const proxy = (name: string, port: number, more: Partial<RunTimeProxy> = {}): RunTimeProxy => ({
  name,
  listen: tcp(port),
  upstream: tcp(6379, 'redis.internal'),
  enabled: true,
  ...more,
});

const overlayOf = (...proxies: RunTimeProxy[]): Overlay => ({
  ...NO_OVERLAY,
  proxies: new Map(proxies.map((one) => [one.name, one])),
});

const over = (overlay: Overlay, base = BASE) => overlayPlan(base, overlay, ENVIRONMENT);

describe('a plan with run-time proxies', () => {
  it('is that of the configuration where there are none', () => {
    expect(isSame(diffPlans(BASE, over(NO_OVERLAY)))).toBe(true);
  });

  it('has a listener, a pool and a backend more for each, and everything else as it was', () => {
    const plan = over(overlayOf(proxy('redis', 26_379), proxy('closed', 1, { enabled: false })));
    expect(diffPlans(BASE, plan)).toMatchObject({
      listeners: { added: ['redis'], removed: [], changed: [] },
      pools: { added: ['toxiproxy/redis'], removed: [], changed: [] },
      backends: { added: ['toxiproxy/redis/redis.internal:6379'], removed: [], changed: [] },
      settings: [],
      needsRestart: [],
    });
    const { listeners, pools, backends } = plan;
    const [route] = listeners[2]?.routes ?? [];
    expect(listeners.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(route).toMatchObject({
      name: 'redis/0',
      match: null,
      action: { kind: 'pool', pool: 1 },
      stages: [],
    });
    expect(pools[1]).toMatchObject({ index: 1, health: null, connect: { retries: 0 }, backends: [1] });
    expect(backends[1]).toMatchObject({ row: 1, pool: 1, address: tcp(6379, 'redis.internal') });
  });

  it('is what a configuration with the same listener would compile to, but for names', () => {
    const text = `
listeners: [{ name: redis, listen: "127.0.0.1:26379", to: redis }]
pools: { redis: { backends: ["redis.internal:6379"], health: off, connect: { retries: 0 } } }
`;
    const written = parseConfig(text, 'x.yaml', ENVIRONMENT).plan.listeners[0];
    const made = over(overlayOf(proxy('redis', 26_379))).listeners[2];
    expect({ ...made, index: 0, routes: [] }).toEqual({ ...written, routes: [] });
  });

  it('lacks what was closed, which comes back where it was', () => {
    const closed = over({ ...NO_OVERLAY, disabled: new Set(['web']) });
    expect(diffPlans(BASE, closed)).toMatchObject({
      listeners: { removed: ['web'] },
      pools: { removed: [] },
    });
    const settled = settlePlan(BASE, closed, FREE);
    expect(settled.listeners.map(({ name, retired }) => [name, retired])).toEqual([
      ['web', true],
      ['free', false],
    ]);
    expect(settlePlan(settled, over(NO_OVERLAY), FREE).listeners[0]).toMatchObject({
      name: 'web',
      retired: false,
    });
  });

  it('gives a listener the port it was given before, unless the configuration says another', () => {
    const pins = new Map([['free', { asked: tcp(0), real: tcp(4711) }]]);
    expect(over({ ...NO_OVERLAY, pins }).listeners[1]?.listen).toEqual(tcp(4711));
    const moved = planOf({ web: '127.0.0.1:8080', free: '127.0.0.1:9999' });
    expect(over({ ...NO_OVERLAY, pins }, moved).listeners[1]?.listen).toEqual(tcp(9999));
  });

  it('cannot be where a listener of the configuration has the name of one', () => {
    expect(() => over(overlayOf(proxy('web', 1)))).toThrow(
      expect.objectContaining({ code: 'RELOAD_REFUSED', message: expect.stringContaining('"web"') }),
    );
  });

  it.each([
    ['of the configuration', overlayOf(proxy('a', 8080))],
    ['of the configuration, as one of all', overlayOf(proxy('a', 8080, { listen: tcp(8080, '::') }))],
    ['of another', overlayOf(proxy('a', 1), proxy('b', 1))],
  ])('cannot be where two would have the address %s', (_name, overlay) => {
    expect(() => over(overlay)).toThrow(
      expect.objectContaining({ code: 'LISTEN_FAILED', message: expect.stringContaining(': EADDRINUSE: ') }),
    );
  });

  it('may have an address that only what is closed has', () => {
    const overlay = { ...overlayOf(proxy('a', 8080)), disabled: new Set(['web']) };
    expect(over(overlay).listeners.map(({ name }) => name)).toEqual(['free', 'a']);
  });
});
