import { describe, expect, test } from 'vitest';
import type { RouteMatch, RoutePlan, Sniffed } from '../../src/core/plan.ts';
import { compileRoutes, decide, mayTerminate } from '../../src/route/index.ts';
import { networks, plans } from './plans.ts';
import { known, spoke } from './worlds.ts';

const HELLO: Sniffed = { protocol: 'tls', sni: 'db.example', alpn: ['h2'] };

/** A route's match, or that of one which passes TLS through. */
type Given = RouteMatch | { readonly pass: RouteMatch | null };

function routes(...list: readonly Given[]): RoutePlan[] {
  return plans(...list.map((one) => ('pass' in one ? one.pass : one))).map((plan, index) => ({
    ...plan,
    tlsPassthrough: 'pass' in list[index]!,
  }));
}

function ask(...list: readonly Given[]): string {
  return mayTerminate(compileRoutes(routes(...list)), HELLO, known());
}

describe('TLS that could be terminated', () => {
  test('is where no route passes it through, or none that holds', () => {
    expect(ask()).toBe('terminate');
    expect(ask({ sni: ['db.example'] })).toBe('terminate');
    expect(ask({ pass: { sni: ['other.example'] } }, {})).toBe('terminate');
    expect(ask({ pass: { sni: ['db.example'], source: networks('10.0.0.0/8') } })).toBe('terminate');
  });

  test('is passed through for a route that says so and holds for the ClientHello', () => {
    expect(ask({ pass: { sni: ['db.example'] } }, {})).toBe('passthrough');
    expect(ask({ sni: ['other.example'] }, { pass: { alpn: ['h2'] } }, {})).toBe('passthrough');
    expect(ask({ pass: null })).toBe('passthrough');
  });

  test('is not for a route behind one that certainly takes it', () => {
    expect(ask({ sni: ['db.example'] }, { pass: null })).toBe('terminate');
    expect(ask({ protocol: ['tls'] }, { pass: { sni: ['db.example'] } })).toBe('terminate');
  });

  test('is for a route behind one that only the bytes inside could decide', () => {
    expect(ask({ host: ['db.example'] }, { pass: { sni: ['db.example'] } })).toBe('passthrough');
    expect(ask({ protocol: ['http1'] }, { pass: { sni: ['db.example'] } })).toBe('passthrough');
    expect(ask({ clientCertificate: true }, { pass: { sni: ['db.example'] } })).toBe('passthrough');
  });

  test('shows no certificate to a route that passes it through', () => {
    expect(ask({ pass: { clientCertificate: true } })).toBe('terminate');
    expect(ask({ pass: { clientCertificate: false } })).toBe('passthrough');
  });

  test('never reaches a route that passes through once it was terminated', () => {
    const list = routes({ pass: { protocol: ['http1'] } }, { pass: null }, { protocol: ['http1'] });
    const inside = spoke({ protocol: 'http1' }, { terminated: HELLO });
    expect(decide(compileRoutes(list), inside)).toEqual({ kind: 'route', route: list[2] });
    expect(decide(compileRoutes(list), { ...inside, terminated: null })).toEqual({
      kind: 'route',
      route: list[0],
    });
  });
});
