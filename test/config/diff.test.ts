import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffPlans, parseConfig, settlePlan } from '../../src/config/index.ts';
import type { Plan } from '../../src/core/plan.ts';
import { isSame } from '../../src/core/plan-diff.ts';
import { ENVIRONMENT, WITH_LINUX_PLANE } from './support/cases.ts';
import { anyFile, planOf } from './support/files.ts';

const NONE = { listeners: new Set<number>(), pools: new Set<number>(), backends: new Set<number>() };
const NO_NAMES = { added: [], removed: [], changed: [] };
const NOTHING = { listeners: NO_NAMES, pools: NO_NAMES, backends: NO_NAMES, settings: [], needsRestart: [] };

const BASE = {
  listeners: [
    { name: 'edge', listen: '127.0.0.1:8080', to: 'web' },
    { name: 'inner', listen: 'unix:/run/inner.sock', routes: [{ match: { sni: 'a.test' }, to: 'api' }] },
  ],
  pools: {
    web: { backends: ['10.0.0.1:80', { name: 'b', address: '10.0.0.2:80' }] },
    api: { backends: ['10.0.0.3:80'] },
  },
  workers: 2,
};

function plan(changes: object = {}, environment = ENVIRONMENT): Plan {
  return parseConfig(JSON.stringify({ ...BASE, ...changes }), 'x.yaml', environment).plan;
}

describe('the difference of two plans', () => {
  it('is nothing where the file is the same, also after reloads in between', () => {
    expect(diffPlans(plan(), plan())).toEqual(NOTHING);
    const other = plan({ listeners: [BASE.listeners[1]], pools: { api: BASE.pools.api } });
    const back = settlePlan(settlePlan(plan(), other, NONE), plan(), NONE);
    expect(diffPlans(back, plan())).toEqual(NOTHING);
  });

  it('does not see the order of listeners and pools, nor what is retired', () => {
    const { web, api } = BASE.pools;
    const turned = plan({ listeners: BASE.listeners.toReversed(), pools: { api, web } });
    expect(diffPlans(plan(), turned)).toEqual(NOTHING);
    const less = plan({ listeners: [BASE.listeners[1]], pools: { api } });
    expect(diffPlans(settlePlan(plan(), less, NONE), less)).toEqual(NOTHING);
  });

  it('sees how clients arrive, what a split leads to, and a certificate that was renewed', () => {
    const listener = { name: 'edge', listen: '127.0.0.1:8080', to: 'web' };
    const tls = (name: string) => ({ tls: { certificates: [{ cert: `${name}.pem`, key: `${name}.key` }] } });
    const split = (weight: number) => ({ to: [{ pool: 'web', weight }, { pool: 'api' }] });
    const of = (changes: object) => plan({ listeners: [{ ...listener, ...changes }, BASE.listeners[1]] });
    const edge = { added: [], removed: [], changed: ['edge'] };
    for (const [before, after] of [
      [{}, { proxy_protocol: 'accept', trusted: ['10.0.0.0/8'] }],
      [{}, tls('a-ec')],
      [tls('a-ec'), tls('a-rsa')],
      [split(5), split(6)],
    ] as const) {
      expect(diffPlans(of(before), of(after))).toEqual({ ...NOTHING, listeners: edge });
      expect(diffPlans(of(after), of(after))).toEqual(NOTHING);
    }
    const { api, web } = BASE.pools;
    const secured = plan({ pools: { api, web: { ...web, connect: { proxy_protocol: 'v2' } } } });
    expect(diffPlans(plan(), secured).pools.changed).toEqual(['web']);
    const ruled = plan({ protocols: { game: { hex: '00' } } });
    expect(diffPlans(plan(), ruled).settings).toEqual(['protocols']);
  });

  it('names what came, what went and what changed', () => {
    const next = plan({
      listeners: [
        { ...BASE.listeners[1], limits: { connections: 5 } },
        { name: 'side', listen: ':0', to: 'web' },
      ],
      pools: {
        web: { backends: [{ name: 'b', address: '10.0.0.2:81' }, '10.0.0.9:80'] },
        mail: { backends: ['10.0.0.4:25'] },
        api: { ...BASE.pools.api, balance: 'ip_hash' },
      },
    });
    expect(diffPlans(plan(), next)).toEqual({
      ...NOTHING,
      listeners: { added: ['side'], removed: ['edge'], changed: ['inner'] },
      pools: { added: ['mail'], removed: [], changed: ['api'] },
      backends: {
        added: ['web/10.0.0.9:80', 'mail/10.0.0.4:25'],
        removed: ['web/10.0.0.1:80'],
        changed: ['web/b'],
      },
    });
  });

  it('sees where a route leads, by the name of the pool', () => {
    const [edge, inner] = BASE.listeners;
    const next = plan({ listeners: [{ ...edge, to: 'api' }, inner] });
    expect(diffPlans(plan(), next)).toEqual({ ...NOTHING, listeners: { ...NO_NAMES, changed: ['edge'] } });
  });

  it('sees the order of the backends of a pool', () => {
    const { web, api } = BASE.pools;
    const next = plan({ pools: { web: { backends: web.backends.toReversed() }, api } });
    expect(diffPlans(plan(), next)).toEqual({ ...NOTHING, pools: { ...NO_NAMES, changed: ['web'] } });
  });

  it.each([
    ['timeouts.drain', { timeouts: { drain: '1s' } }],
    ['timeouts.hang', { timeouts: { hang: 'never' } }],
    ['socket.no_delay', { socket: { no_delay: false } }],
    ['socket.keepalive', { socket: { keepalive: 'never' } }],
    ['socket.receive_buffer', { socket: { receive_buffer: '64KiB' } }],
    ['socket.send_buffer', { socket: { send_buffer: '64KiB' } }],
    ['socket.user_timeout', { socket: { user_timeout: '30s' } }],
    ['socket.not_sent_lowat', { socket: { not_sent_lowat: '16KiB' } }],
    ['machine_engine', { machine_engine: 'interpreter' }],
    ['limits.connections', { limits: { connections: 17 } }],
    ['telemetry.traces.sample', { telemetry: { traces: { sample: 0.5 } } }],
  ])('names %s among the settings', (key, change) => {
    expect(diffPlans(plan(), plan(change))).toEqual({ ...NOTHING, settings: [key] });
    expect(diffPlans(plan(), settlePlan(plan(), plan(change), NONE))).toEqual({
      ...NOTHING,
      settings: [key],
    });
  });

  it.each([
    [['workers'], { workers: 3, limits: { connections: 9 } }],
    [['workers'], { workers: 0, limits: { connections: 9 } }],
    [['reload'], { reload: 'watch' }],
    [['telemetry.traces.otlp'], { telemetry: { traces: { otlp: 'http://h:1' } } }],
    [['telemetry.metrics.prometheus'], { telemetry: { metrics: { prometheus: '127.0.0.1:1' } } }],
    [['telemetry.access_log.to'], { telemetry: { access_log: { to: 'off' } } }],
    [['admin.listen'], { admin: { listen: '127.0.0.1:1' } }],
    [['admin.listen', 'admin.token_env'], { admin: { listen: '127.0.0.1:1', token_env: 'T' } }],
  ])('says that %s needs a restart, which settling keeps as it was', (keys, change) => {
    const current = plan('limits' in change ? { limits: { connections: 9 } } : {});
    expect(diffPlans(current, plan(change))).toEqual({ ...NOTHING, needsRestart: keys });
    expect(isSame(diffPlans(current, settlePlan(current, plan(change), NONE)))).toBe(true);
  });

  it('says that busy_poll needs a restart, and the plane where another one would serve, not of each listener that it changed', () => {
    const limits = { connections: 9 };
    const current = plan({ limits }, WITH_LINUX_PLANE);
    const polling = plan({ limits, busy_poll: true }, WITH_LINUX_PLANE);
    expect(diffPlans(current, polling)).toEqual({ ...NOTHING, needsRestart: ['busy_poll'] });
    expect(isSame(diffPlans(current, settlePlan(current, polling, NONE)))).toBe(true);
    const next = plan({ limits, plane: 'net' }, WITH_LINUX_PLANE);
    expect(diffPlans(current, next)).toEqual({ ...NOTHING, needsRestart: ['plane'] });
    expect(isSame(diffPlans(current, settlePlan(current, next, NONE)))).toBe(true);
    expect(diffPlans(current, plan({ limits, plane: 'linux' }, WITH_LINUX_PLANE))).toEqual(NOTHING);
  });

  it('sees another address to connect from as a change of the pool', () => {
    const { web, api } = BASE.pools;
    const next = plan({ pools: { web, api: { ...api, connect: { source: '10.0.0.9' } } } });
    expect(diffPlans(plan(), next)).toEqual({ ...NOTHING, pools: { ...NO_NAMES, changed: ['api'] } });
  });

  it('of a plan and any other is undone by the difference back', () => {
    fc.assert(
      fc.property(anyFile, anyFile, (one, other) => {
        const [there, back] = [diffPlans(planOf(one), planOf(other)), diffPlans(planOf(other), planOf(one))];
        for (const kind of ['listeners', 'pools', 'backends'] as const) {
          expect(there[kind].added.toSorted()).toEqual(back[kind].removed.toSorted());
          expect(there[kind].changed.toSorted()).toEqual(back[kind].changed.toSorted());
        }
        expect(there.settings).toEqual(back.settings);
        expect(there.needsRestart).toEqual(back.needsRestart);
        expect(isSame(diffPlans(planOf(one), planOf(one)))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('is the same for a plan as it was compiled and as it was settled, but for what needs a restart', () => {
    fc.assert(
      fc.property(anyFile, anyFile, (one, other) => {
        const [current, next] = [planOf(one), planOf(other)];
        const settled = diffPlans(current, settlePlan(current, next, NONE));
        const raw = diffPlans(current, next);
        expect(settled.needsRestart).toEqual([]);
        expect(settled.settings).toEqual(raw.settings);
        for (const kind of ['listeners', 'pools', 'backends'] as const)
          for (const what of ['added', 'removed', 'changed'] as const)
            expect(settled[kind][what].toSorted()).toEqual(raw[kind][what].toSorted());
      }),
      { numRuns: 100 },
    );
  });
});
