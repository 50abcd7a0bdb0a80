import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RouteMatch, Sniffed } from '../../src/core/plan.ts';
import { compileRoutes, decide, needsSniffing } from '../../src/route/index.ts';
import { compileMatch, matches } from '../../src/route/match.ts';
import { networks, plans } from './plans.ts';

const INSIDE = networks('10.0.0.0/8');
const SSH: Sniffed = { protocol: 'ssh' };
const WEB: Sniffed = { protocol: 'tls', sni: 'a.example', alpn: ['h2'] };

describe('the first route that matches', () => {
  test('decides, though later ones match too', () => {
    const routes = [{ sni: ['a.example'] }, { protocol: ['tls'] }, null] satisfies (RouteMatch | null)[];
    expect(chosen(routes, WEB)).toBe(0);
    expect(chosen(routes, { protocol: 'tls', sni: 'b.example' })).toBe(1);
    expect(chosen(routes, SSH)).toBe(2);
    expect(chosen([null, ...routes], WEB)).toBe(0);
  });

  test('is returned as it stands in the plan', () => {
    const list = plans({ protocol: ['ssh'] }, null);
    expect(decide(compileRoutes(list), { sniffed: WEB, source: '' })).toEqual({
      kind: 'route',
      route: list[1],
    });
  });

  test('may be one that says reject', () => {
    const [route] = plans({ protocol: ['unknown'] });
    const reject = { ...route!, action: { kind: 'reject', how: 'reset' } } as const;
    const decision = decide(compileRoutes([reject]), { sniffed: { protocol: 'unknown' }, source: '' });
    expect(decision).toEqual({ kind: 'route', route: reject });
  });
});

describe('where no route matches', () => {
  test('that is said, with bytes and without', () => {
    expect(chosen([{ protocol: ['ssh'] }], WEB)).toBe('no-route');
    expect(chosen([{ source: INSIDE }], null, '192.0.2.1')).toBe('no-route');
    expect(chosen([{ source: INSIDE, protocol: ['ssh'] }], null, '192.0.2.1')).toBe('no-route');
    expect(chosen([], null)).toBe('no-route');
  });
});

describe('before a byte is there', () => {
  test('a route that needs none is found at once', () => {
    expect(chosen([null], null)).toBe(0);
    expect(chosen([{ source: INSIDE }, { sni: ['a.example'] }], null, '10.0.0.1')).toBe(0);
  });

  test('a route that needs bytes stops the walk, though a later one needs none', () => {
    expect(chosen([{ protocol: ['ssh'] }, null], null)).toBe('needs-sniffing');
    expect(chosen([{ source: INSIDE }, { sni: ['a.example'] }, null], null, '192.0.2.1')).toBe(
      'needs-sniffing',
    );
  });

  test('a route that the source excludes does not stop it', () => {
    const routes = [{ source: INSIDE, sni: ['a.example'] }, null];
    expect(chosen(routes, null, '192.0.2.1')).toBe(1);
    expect(chosen(routes, null, '')).toBe(1);
    expect(chosen(routes, null, '10.0.0.1')).toBe('needs-sniffing');
  });
});

describe('needsSniffing', () => {
  test.each<[boolean, (RouteMatch | null)[]]>([
    [false, []],
    [false, [null]],
    [false, [{ source: INSIDE }, null]],
    [true, [{ source: INSIDE, alpn: ['h2'] }, null]],
    [true, [{ sni: ['a.example'] }]],
    [true, [{ source: INSIDE }, { protocol: ['ssh'] }, null]],
    [false, [null, { protocol: ['ssh'] }]],
    [false, [{}, { protocol: ['ssh'] }]],
  ])('is %s for %j', (expected, list) => {
    expect(needsSniffing(compileRoutes(plans(...list)))).toBe(expected);
  });
});

describe('any table of routes', () => {
  const match = fc.option(
    fc.record(
      {
        protocol: fc.subarray(['tls', 'ssh', 'unknown'] as const),
        sni: fc.subarray(['a.example', '*.example', '**.b.example']),
        alpn: fc.subarray(['h2', 'http/1.1']),
        source: fc.subarray([...networks('10.0.0.0/8', '::/0', '0.0.0.0/0')]),
      },
      { requiredKeys: [] },
    ) as fc.Arbitrary<RouteMatch>,
  );
  const tables = fc.array(match, { maxLength: 5 });
  const source = fc.constantFrom('10.0.0.1', '192.0.2.1', '::1', '');
  const sniffed = fc.constantFrom<Sniffed>(WEB, SSH, { protocol: 'unknown' }, { protocol: 'tls' });

  test('decides before sniffing only what it would decide after it', () => {
    const property = fc.property(tables, sniffed, source, (list, found, client) => {
      const early = chosen(list, null, client);
      const late = chosen(list, found, client);
      expect(late).not.toBe('needs-sniffing');
      if (early !== 'needs-sniffing') expect(late).toBe(early);
      else expect(needsSniffing(compileRoutes(plans(...list)))).toBe(true);
    });
    fc.assert(property, { numRuns: 5000 });
  });

  test('chooses the first whose match holds by itself', () => {
    const property = fc.property(tables, sniffed, source, (list, found, client) => {
      const known = { sniffed: found, source: client };
      const index = list.findIndex((one) => matches(compileMatch(one), known) === 'yes');
      expect(chosen(list, found, client)).toBe(index < 0 ? 'no-route' : index);
    });
    fc.assert(property, { numRuns: 5000 });
  });
});

/** The position of the route chosen, or why there is none. */
function chosen(
  list: readonly (RouteMatch | null)[],
  sniffed: Sniffed | null,
  source = '192.0.2.1',
): number | 'no-route' | 'needs-sniffing' {
  const decision = decide(compileRoutes(plans(...list)), { sniffed, source });
  return decision.kind === 'route' ? decision.route.index : decision.kind;
}
