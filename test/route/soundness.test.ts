import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RouteMatch, RoutePlan, Sniffed } from '../../src/core/plan.ts';
import {
  compileRoutes,
  decide,
  type Known,
  mayTerminate,
  type RouteDecision,
  settled,
} from '../../src/route/index.ts';
import { compileMatch, matches } from '../../src/route/match.ts';
import { networks, plans } from './plans.ts';
import { completions, EVERYTHING, known, named, open } from './worlds.ts';

const NAMES = ['tls', 'http1', 'http2', 'ssh', 'postgres', 'mqtt', 'mysql', 'unknown'].map(named);
const HELLOS = EVERYTHING.filter(({ protocol }) => protocol === 'tls');

const comparing: fc.Arbitrary<RouteMatch> = fc.oneof(
  { weight: 3, arbitrary: one('protocol', fc.subarray(NAMES)) },
  { weight: 3, arbitrary: one('sni', fc.subarray(['a.example', '*.example', '/^b/'])) },
  one('alpn', fc.subarray(['h2', 'http/1.1'])),
  one('host', fc.subarray(['a.example', '**.example'])),
  one('postgresUser', fc.subarray(['ann', 'bob'])),
  one('postgresDatabase', fc.subarray(['shop'])),
  one('mqttClientId', fc.subarray(['m1'])),
  one('source', fc.subarray([...networks('10.0.0.0/8', '0.0.0.0/0')])),
  one('port', fc.constantFrom([{ from: 80, to: 90 }], [{ from: 1, to: 80 }])),
  one('clientCertificate', fc.boolean()),
);

/** Few keys each, or hardly any would hold. */
const match = matchesOf(1);

function one<K extends keyof RouteMatch>(
  key: K,
  values: fc.Arbitrary<NonNullable<RouteMatch[K]>>,
): fc.Arbitrary<RouteMatch> {
  return values.map((value) => ({ [key]: value }));
}

function matchesOf(depth: number): fc.Arbitrary<RouteMatch> {
  const inner = depth === 0 ? comparing : matchesOf(depth - 1);
  const branches = fc.array(inner, { maxLength: 3 });
  const key = fc.oneof(
    { weight: 6, arbitrary: comparing },
    one('any', branches),
    one('all', branches),
    one('not', inner),
  );
  return fc.array(key, { maxLength: 2 }).map((keys) => Object.assign({}, ...keys) as RouteMatch);
}

const tables = fc
  .array(fc.record({ match: fc.option(match), tlsPassthrough: fc.boolean() }), { maxLength: 4 })
  .map((list) => plans(...list.map((one) => one.match)).map((plan, index) => ({ ...plan, ...list[index]! })));

const findings = fc.oneof(
  fc.constant(null),
  fc.constantFrom(...EVERYTHING).map(settled),
  fc.constantFrom(...EVERYTHING).map((sniffed) => open([sniffed.protocol], sniffed)),
  fc.constantFrom(...EVERYTHING).map(({ protocol }) => open([protocol], { protocol })),
  fc.subarray(NAMES.slice(0, -2).concat(named('unknown')), { minLength: 2 }).map((names) => open(names)),
);

const anyKnown: fc.Arbitrary<Known> = fc
  .record({
    findings,
    terminated: fc.option(fc.constantFrom<Sniffed>(...HELLOS)),
    source: fc.constantFrom('10.0.0.1', '192.0.2.1', ''),
    destination: fc.option(fc.constant({ kind: 'tcp', host: '192.0.2.9', port: 81 } as const)),
    certificate: fc.constantFrom(true, false, null),
  })
  .map(({ certificate, ...rest }) =>
    known({ ...rest, clientCertificate: rest.terminated === null ? null : certificate }),
  );

describe('what is said of a connection of which not all is known', () => {
  test('by a match holds for everything it can turn out to be, none of which is "maybe"', () => {
    let undecided = 0;
    const property = fc.property(match, anyKnown, (wanted, partly) => {
      const compiled = compileMatch(wanted);
      const early = matches(compiled, partly);
      const late = new Set(completions(partly).map((all) => matches(compiled, all)));
      if (early === 'maybe') undecided++;
      return !late.has('maybe') && (early === 'maybe' || (late.size === 1 && late.has(early)));
    });
    fc.assert(property, { numRuns: 20_000 });
    expect(undecided).toBeGreaterThan(500);
  });

  test('by a table of routes is what it says of everything that can become of it', () => {
    const counts = { route: 0, 'no-route': 0, undecided: 0 };
    const property = fc.property(tables, anyKnown, (routes, partly) => {
      const compiled = compileRoutes(routes);
      const early = decide(compiled, partly);
      counts[early.kind]++;
      for (const all of completions(partly)) {
        const late = decide(compiled, all);
        const isAgreed = late.kind === early.kind && routeOf(late) === routeOf(early);
        if (late.kind === 'undecided' || (early.kind !== 'undecided' && !isAgreed)) return false;
      }
      return true;
    });
    fc.assert(property, { numRuns: 20_000 });
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(500);
  });

  test('by a table is the first route whose match holds by itself, once all is known', () => {
    const property = fc.property(tables, anyKnown, (routes, partly) => {
      const compiled = compileRoutes(routes);
      for (const all of completions(partly)) {
        const first = routes.find(
          (route) =>
            !(route.tlsPassthrough && all.terminated !== null) &&
            matches(compileMatch(route.match), all) === 'yes',
        );
        if (routeOf(decide(compiled, all)) !== first) return false;
      }
      return true;
    });
    fc.assert(property, { numRuns: 10_000 });
  });
});

describe('TLS that the listener could terminate', () => {
  test('is passed through only to a route that passes it through, whatever the table', () => {
    let passed = 0;
    const property = fc.property(tables, anyKnown, fc.constantFrom(...HELLOS), (routes, partly, hello) => {
      const compiled = compileRoutes(routes);
      if (mayTerminate(compiled, hello, partly) === 'terminate') return;
      passed++;
      const certain = { ...partly, findings: settled(hello), terminated: null, clientCertificate: false };
      expect(routes.some((route) => route.tlsPassthrough)).toBe(true);
      expect(decide(compiled, certain).kind).toBe('route');
    });
    fc.assert(property, { numRuns: 10_000 });
    expect(passed).toBeGreaterThan(500);
  });
});

function routeOf(decision: RouteDecision): RoutePlan | undefined {
  return decision.kind === 'route' ? decision.route : undefined;
}
