import { describe, expect, test } from 'vitest';
import type { RouteMatch } from '../../src/core/plan.ts';
import { explainRoutes } from '../../src/route/index.ts';
import { networks, plans } from './plans.ts';
import { known, open, spoke } from './worlds.ts';

const INSIDE = networks('10.0.0.0/8');

describe('why a route was taken', () => {
  test('is told route by route, with what each key wanted and what was seen', () => {
    const routes = plans({ source: INSIDE }, { sni: ['*.example'], alpn: ['h2', 'h3'] }, null);
    const web = spoke({ protocol: 'tls', sni: 'a.example', alpn: ['h2', 'http/1.1'] });
    expect(explainRoutes(routes, web)).toEqual([
      {
        route: 'edge/0',
        index: 0,
        verdict: 'no',
        outcome: 'passed',
        keys: [{ key: 'source', wanted: ['10.0.0.0/8'], seen: ['192.0.2.1'], verdict: 'no' }],
        keysLeftOut: 0,
      },
      {
        route: 'edge/1',
        index: 1,
        verdict: 'yes',
        outcome: 'taken',
        keys: [
          { key: 'sni', wanted: ['*.example'], seen: ['a.example'], verdict: 'yes' },
          { key: 'alpn', wanted: ['h2', 'h3'], seen: ['h2', 'http/1.1'], verdict: 'yes' },
        ],
        keysLeftOut: 0,
      },
      { route: 'edge/2', index: 2, verdict: 'yes', outcome: 'not-reached', keys: [], keysLeftOut: 0 },
    ]);
  });

  test('names keys inside others by their place', () => {
    const match: RouteMatch = {
      any: [{ protocol: ['ssh'] }, { not: { port: [{ from: 1, to: 9 }] } }],
      all: [{ clientCertificate: true }],
    };
    const [told] = explainRoutes(plans(match), spoke({ protocol: 'ssh' }));
    expect(told?.keys.map(({ key, verdict }) => `${key} ${verdict}`)).toEqual([
      'any[0].protocol yes',
      'any[1].not.port no',
      'all[0].client_certificate no',
    ]);
  });

  test('says which route is waited for, and that those behind it were not reached', () => {
    const routes = plans({ source: INSIDE }, { protocol: ['ssh'] }, null);
    const told = explainRoutes(routes, known({ findings: open(['ssh', 'unknown']) }));
    expect(told.map(({ outcome }) => outcome)).toEqual(['passed', 'waited-for', 'not-reached']);
    expect(told[1]?.keys[0]?.seen).toEqual(['ssh', 'unknown']);
  });

  test('says which routes were left out because TLS was terminated', () => {
    const routes = plans({ sni: ['a.example'] }, null).map((route, index) => ({
      ...route,
      tlsPassthrough: index === 0,
    }));
    const inside = spoke({ protocol: 'ssh' }, { terminated: { protocol: 'tls', sni: 'a.example' } });
    expect(explainRoutes(routes, inside).map(({ outcome }) => outcome)).toEqual(['left-out', 'taken']);
  });

  test('is bounded and printable, whatever the match and the client say', () => {
    const match: RouteMatch = {
      sni: Array.from({ length: 500 }, (_, n) => `${n}.example`),
      any: Array.from({ length: 500 }, () => ({ mqttClientId: ['x'] })),
    };
    const client = spoke({ protocol: 'tls', sni: `\u001b[31m${'a'.repeat(10_000)}` });
    const [told] = explainRoutes(plans(match), client);
    const text = JSON.stringify(told);
    expect(told?.keys[0]?.wanted.at(-1)).toBe('and 492 more');
    expect(told?.keys[0]?.seen[0]).toBe(`\\u001b[31m${'a'.repeat(59)}…`);
    expect([told?.keys.length, told?.keysLeftOut]).toEqual([64, 437]);
    expect(text.length).toBeLessThan(10_000);
  });
});
